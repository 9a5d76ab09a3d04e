-- Events by their ids, each once, at its earliest time: the row that a merge keeps. `is_asked`: it is of
-- the trace and happened by then; a WHERE around the subquery ClickHouse's cache of conditions would take
-- for one within.
SELECT
    event_id, trace_id, span_id, event_type, severity, agent_id, agent_name, message, data,
    event_time, toUnixTimestamp64Nano(event_time) AS key_time, oddities,
    toValidUTF8(record) AS event_record,
    trace_id = {trace_id:String} AND event_time <= {at:DateTime64(9, 'UTC')} AS is_asked
FROM events
PREWHERE event_id IN {ids:Array(String)}
ORDER BY event_id, version DESC
LIMIT 1 BY event_id
