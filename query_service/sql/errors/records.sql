-- What reports say. Of a report that came several times the row that a merge keeps: with FINAL the
-- reading of some ids takes four times as long.
SELECT
    error_id,
    toValidUTF8(record) AS record,
    trace_id, span_id, agent_name, service_name, oddities, origin, event_time
FROM error_reports
PREWHERE error_id IN {ids:Array(String)}
ORDER BY error_id, version DESC
LIMIT 1 BY error_id
