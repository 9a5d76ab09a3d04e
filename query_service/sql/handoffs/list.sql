-- Handoffs, newest first, with the number of all that match: found by narrow columns, then read
-- whole.
WITH page AS
(
    SELECT message_id, count() OVER () AS total
    FROM handoffs FINAL
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
        AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
        AND ({agent:String} = '' OR {agent:String} IN (
            replaceAll(lower(source_agent_name), ' ', '-'), replaceAll(lower(target_agent_name), ' ', '-')))
    ORDER BY event_time DESC, handoff_id, message_id
    LIMIT {limit:UInt32}
)
SELECT
    message_id, handoff_id, trace_id, source_agent_id, source_agent_name,
    target_agent_id, target_agent_name, reason, context, event_time,
    toValidUTF8(record) AS handoff_record,
    (SELECT max(total) FROM page) AS total
FROM handoffs FINAL
WHERE message_id IN (SELECT message_id FROM page)
ORDER BY event_time DESC, handoff_id, message_id
