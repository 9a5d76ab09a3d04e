-- Handoffs of some traces, oldest first: their records, and tasks that have none.
SELECT
    message_id, handoff_id, trace_id, source_agent_id, source_agent_name,
    target_agent_id, target_agent_name, reason, context, event_time,
    toValidUTF8(record) AS handoff_record
FROM
(
    SELECT *
    FROM
    (
        SELECT
            message_id, handoff_id, trace_id, source_agent_id, source_agent_name,
            target_agent_id, target_agent_name, reason, context, event_time, record, version
        FROM trace_handoffs
        WHERE trace_id IN {trace_ids:Array(String)} AND record != ''
        UNION ALL
        SELECT
            message_id, handoff_id, trace_id, source_agent_id, source_agent_name,
            target_agent_id, target_agent_name, reason, context, event_time, record, version
        FROM task_handoffs
        WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN (
            SELECT toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash
            FROM trace_messages
            WHERE trace_id IN {trace_ids:Array(String)} AND trace_id != '' AND message_type = 'task')
    )
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
    ORDER BY version DESC
    LIMIT 1 BY trace_id, message_id
)
ORDER BY trace_id, event_time, handoff_id, message_id
