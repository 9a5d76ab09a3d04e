-- Since when, up to when and whether traces came that the observer has not worked out, and in which five
-- minutes spans that came began: as the views traces_touched and span_buckets_touched have it, which take
-- longer to plan. And up to when there are figures of six hours each.
WITH
    (
        SELECT (toDateTime64(max(since), 6, 'UTC'), toDateTime(max(position), 'UTC'))
        FROM observer_progress FINAL
        WHERE job = 'traces'
    ) AS known,
    -- arrivals does not reach back to the position: everything counts as touched, and none are read.
    known.1 < now() - INTERVAL 46 HOUR AS is_far
SELECT
    known.1 AS touched_from,
    if(is_far, toDateTime64('2100-01-01 00:00:00', 6, 'UTC'), now64(6, 'UTC')) AS touched_to,
    toUnixTimestamp64Nano(now64(9)) AS now_ns,
    is_far OR countIf(trace_id != '') > 0 AS is_touched,
    groupUniqArrayIf(toStartOfFiveMinutes(event_time), kind = 'span') AS buckets,
    known.2 AS parts_until
FROM arrivals
WHERE inserted_at >= if(is_far, now64(6, 'UTC'), known.1) AND kind IN ('span', 'trace_record')
