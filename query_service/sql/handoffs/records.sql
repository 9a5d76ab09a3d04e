-- What is known of a handoff beside its messages: its record, or its task.
SELECT
    message_id, handoff_id, trace_id, source_agent_id, source_agent_name, target_agent_id,
    target_agent_name, reason, context, event_time, toValidUTF8(record) AS handoff_record
FROM handoffs
WHERE message_id = {message_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY version DESC
LIMIT 1
