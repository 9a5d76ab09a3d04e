-- What the observer has not counted yet: from when on, and the five minutes that it touches. `whole`:
-- everything, since more may be missing than arrivals tell; they are kept for two days.
WITH
    (SELECT max(since) FROM observer_progress WHERE job = 'rollups') AS counted_to,
    counted_to < now64(6, 'UTC') - INTERVAL 36 HOUR AS is_behind
SELECT
    counted_to AS since,
    is_behind AS whole,
    arraySort(groupUniqArray(toStartOfFiveMinutes(event_time))) AS buckets
FROM arrivals
WHERE kind = 'message' AND NOT is_behind AND inserted_at >= counted_to
