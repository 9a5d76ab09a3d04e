-- Events, newest first, with the number of all that match: found by narrow columns, then read
-- whole.
WITH page AS
(
    SELECT event_id, count() OVER () AS total
    FROM events FINAL
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
        AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
        AND ({agent:String} = '' OR replaceAll(lower(agent_name), ' ', '-') = {agent:String})
        AND ({event_type:String} = '' OR event_type = {event_type:String})
        AND ({severity:String} = '' OR severity = {severity:String})
    ORDER BY event_time DESC, event_id
    LIMIT {limit:UInt32}
)
SELECT
    event_id, trace_id, span_id, event_type, severity, agent_id, agent_name, message, data,
    event_time, oddities,
    toValidUTF8(record) AS event_record,
    (SELECT max(total) FROM page) AS total
FROM events FINAL
WHERE event_id IN (SELECT event_id FROM page)
ORDER BY event_time DESC, event_id
