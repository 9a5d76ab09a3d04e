-- Since when, up to when and whether traces came that the observer has not worked out.
WITH
    (
        SELECT max(since)
        FROM observer_progress FINAL
        WHERE job = 'traces'
    ) AS position,
    -- To the end of times: arrivals does not reach back to the position, everything counts as touched.
    if(position < now() - INTERVAL 46 HOUR, toDateTime64('2100-01-01 00:00:00', 6, 'UTC'), now64(6, 'UTC')) AS now_or_end
SELECT
    toDateTime64(position, 6, 'UTC') AS touched_from,
    now_or_end AS touched_to,
    toUnixTimestamp64Nano(now64(9)) AS now_ns,
    (
        SELECT count()
        FROM (SELECT 1 FROM traces_touched(touched_from = '1970-01-01 00:00:00', touched_to = '2100-01-01 00:00:00') LIMIT 1)
    ) > 0 AS is_touched
