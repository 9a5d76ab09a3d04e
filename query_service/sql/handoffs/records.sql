-- What is known of a handoff beside its messages: its record, or its task.
SELECT
    message_id, handoff_id, trace_id, source_agent_id, source_agent_name, target_agent_id,
    target_agent_name, reason, context, event_time, toValidUTF8(record) AS handoff_record
FROM
(
    SELECT
        message_id, handoff_id, trace_id, source_agent_id, source_agent_name, target_agent_id,
        target_agent_name, reason, context, event_time, record, version
    FROM handoffs
    WHERE message_id = {message_id:String} AND record != ''
    UNION ALL
    SELECT
        message_id, handoff_id, trace_id, source_agent_id, source_agent_name, target_agent_id,
        target_agent_name, reason, context, event_time, record, version
    FROM task_handoffs
    WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN (
            SELECT toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash
            FROM message_index
            WHERE id_hash = cityHash64({message_id:String}) AND message_type = 'task')
        AND message_id = {message_id:String}
)
WHERE event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY version DESC
LIMIT 1
