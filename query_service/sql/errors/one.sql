-- One report, and the reports of the same failure.
WITH
    failures AS
    (
        SELECT error_id, failure_id
        FROM error_failures(at = {at:DateTime64(9, 'UTC')})
    ),
    of_failure AS
    (
        SELECT any(failures.failure_id) AS failure_id, count() AS reports, groupArraySorted(50)((r.event_time, r.error_id)) AS ids
        FROM error_reports AS r FINAL
        INNER JOIN failures ON failures.error_id = r.error_id
        WHERE failures.failure_id IN (SELECT failure_id FROM failures WHERE error_id = {error_id:String})
    )
SELECT
    of_failure.failure_id AS failure_id,
    r.error_id AS error_id,
    toValidUTF8(r.record) AS record,
    r.trace_id AS trace_id,
    r.span_id AS span_id,
    r.agent_name AS agent_name,
    r.service_name AS service_name,
    r.oddities AS oddities,
    r.origin AS origin,
    r.event_time AS event_time,
    of_failure.reports AS reports,
    arrayMap(i -> i.2, of_failure.ids) AS report_ids
FROM error_reports AS r FINAL
CROSS JOIN of_failure
WHERE r.error_id = {error_id:String} AND r.event_time <= {at:DateTime64(9, 'UTC')}
