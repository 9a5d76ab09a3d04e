-- The newest failures of all that the observer has worked out, without a filter: read in the order
-- of the table, which ends early. `looked` rows were enough when they are fewer than `most`.
SELECT
    failure_id,
    failure_id AS error_id,
    toUnixTimestamp64Nano(event_time) AS key_time,
    arrayCount(time -> time <= {at:DateTime64(9, 'UTC')}, report_times) AS reports,
    arraySlice(report_ids, 1, least(reports, 50)) AS report_ids,
    lower(hex(group_id)) AS fingerprint,
    release,
    looked
FROM
(
    SELECT *, count() OVER () AS looked
    FROM
    (
        SELECT event_time, failure_id, group_id, release, report_ids, report_times, unit, is_deleted
        FROM known_failures
        WHERE event_time <= {at:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        ORDER BY event_time DESC, failure_id DESC, computed_at DESC
        LIMIT 1 BY event_time, failure_id
        LIMIT {most:UInt32}
    )
)
WHERE is_deleted = 0 AND unit NOT IN {units:Array(String)}
ORDER BY key_time DESC, error_id DESC
LIMIT {limit:UInt32}
