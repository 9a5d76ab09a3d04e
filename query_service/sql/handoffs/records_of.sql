-- Handoff records by the messages that carried them: the version that counts.
SELECT
    message_id, toString(version) AS version, handoff_id, trace_id, source_agent_id, source_agent_name,
    target_agent_id, target_agent_name, reason, context, event_time, toValidUTF8(record) AS handoff_record
FROM handoffs
WHERE message_id IN {ids:Array(String)} AND record != '' AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY version DESC
LIMIT 1 BY message_id
