-- Events of a trace, oldest first.
SELECT
    event_id, trace_id, span_id, event_type, severity, agent_id, agent_name, message, data,
    event_time, oddities,
    toValidUTF8(record) AS event_record
FROM events FINAL
WHERE trace_id = {trace_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY event_time, event_id
