-- Failures with a report that matches, newest first; of each the first matching report.
-- after_time and after_id are the last row of the page before; arrived_until keeps what comes
-- between two pages from moving a failure.
WITH
    reports AS
    (
        SELECT *
        FROM error_reports FINAL
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
    ),
    failures AS
    (
        SELECT failure_id, error_id
        FROM error_failures(at = {at:DateTime64(9, 'UTC')})
    ),
    matching AS
    (
        SELECT
            f.failure_id AS failure_id,
            argMin((r.error_id, r.record, r.trace_id, r.span_id, r.agent_name, r.service_name, r.oddities, r.origin), (r.event_time, r.error_id)) AS first,
            min((r.event_time, r.error_id)) AS key
        FROM reports AS r
        INNER JOIN failures AS f ON f.error_id = r.error_id
        WHERE r.arrived_at <= fromUnixTimestamp64Nano({arrived_until:Int64}, 'UTC')
            AND ({trace_id:String} = '' OR r.trace_id = {trace_id:String})
            AND ({severity:String} = '' OR r.severity = {severity:String})
            AND ({category:String} = '' OR r.category = {category:String})
            AND ({agent:String} = '' OR replaceAll(lower(r.agent_name), ' ', '-') = {agent:String})
            AND r.event_time >= {since:DateTime64(9, 'UTC')}
            AND r.event_time < {until:DateTime64(9, 'UTC')}
        GROUP BY f.failure_id
    ),
    counted AS
    (
        SELECT failure_id, groupArraySorted(50)((r.event_time, r.error_id)) AS ids, count() AS reports
        FROM reports AS r
        INNER JOIN failures AS f ON f.error_id = r.error_id
        GROUP BY failure_id
    ),
    rows AS
    (
        SELECT
            matching.failure_id AS failure_id,
            matching.first AS first,
            matching.key AS key,
            counted.reports AS reports,
            counted.ids AS ids,
            count() OVER () AS total,
            sum(counted.reports) OVER () AS total_reports
        FROM matching
        INNER JOIN counted ON counted.failure_id = matching.failure_id
    )
SELECT
    failure_id,
    first.1 AS error_id,
    toValidUTF8(first.2) AS record,
    first.3 AS trace_id,
    first.4 AS span_id,
    first.5 AS agent_name,
    first.6 AS service_name,
    first.7 AS oddities,
    first.8 AS origin,
    key.1 AS event_time,
    toUnixTimestamp64Nano(key.1) AS key_time,
    toUnixTimestamp64Nano((SELECT max(arrived_at) FROM reports)) AS arrived_until,
    reports,
    arrayMap(i -> i.2, ids) AS report_ids,
    total,
    total_reports
FROM rows
WHERE key < (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
ORDER BY key DESC
LIMIT {limit:UInt32}
