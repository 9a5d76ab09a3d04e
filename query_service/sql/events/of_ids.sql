-- Events by their ids, each once, at its earliest time: the row that a merge keeps.
SELECT
    event_id, trace_id, span_id, event_type, severity, agent_id, agent_name, message, data,
    event_time, toUnixTimestamp64Nano(event_time) AS key_time, oddities,
    toValidUTF8(record) AS event_record
FROM events
PREWHERE event_id IN {ids:Array(String)}
ORDER BY event_id, version DESC
LIMIT 1 BY event_id
