-- Handoff records of some traces: of each handoff the version that counts, the earliest.
SELECT
    message_id, handoff_id, trace_id, source_agent_id, source_agent_name, target_agent_id, target_agent_name,
    reason, context, event_time, toUnixTimestamp64Nano(event_time) AS key_time, toValidUTF8(record) AS handoff_record
FROM trace_handoffs
WHERE trace_id IN {trace_ids:Array(String)} AND record != '' AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY version DESC
LIMIT 1 BY trace_id, message_id
