-- Handoffs, newest first, with the number of all that match.
SELECT
    message_id, handoff_id, trace_id, source_agent_id, source_agent_name,
    target_agent_id, target_agent_name, reason, context, event_time,
    toValidUTF8(record) AS handoff_record,
    count() OVER () AS total
FROM handoffs FINAL
WHERE event_time <= {at:DateTime64(9, 'UTC')}
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({agent:String} = '' OR {agent:String} IN (
        replaceAll(lower(source_agent_name), ' ', '-'), replaceAll(lower(target_agent_name), ' ', '-')))
ORDER BY event_time DESC, handoff_id, message_id
LIMIT {limit:UInt32}
