-- Events by their ids as they are stored, each version.
SELECT
    event_id, trace_id, span_id, event_type, severity, agent_id, agent_name, message, data,
    event_time, toUnixTimestamp64Nano(event_time) AS key_time, oddities,
    toValidUTF8(record) AS event_record, version
FROM events
WHERE event_id IN {ids:Array(String)}
