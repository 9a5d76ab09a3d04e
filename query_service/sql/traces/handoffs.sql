-- Handoffs of some traces, oldest first.
SELECT
    message_id, handoff_id, trace_id, source_agent_id, source_agent_name,
    target_agent_id, target_agent_name, reason, context, event_time,
    toValidUTF8(record) AS handoff_record
FROM trace_handoffs FINAL
WHERE trace_id IN {trace_ids:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY trace_id, event_time, handoff_id, message_id
