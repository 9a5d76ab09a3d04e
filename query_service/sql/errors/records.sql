-- What reports say.
SELECT
    error_id,
    toValidUTF8(record) AS record,
    trace_id, span_id, agent_name, service_name, oddities, origin, event_time
FROM error_reports FINAL
WHERE error_id IN {ids:Array(String)}
