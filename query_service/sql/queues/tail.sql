-- What the observer has not counted yet: from when on, and the five minutes that it touches. `whole`:
-- everything, since more may be missing than arrivals tell; they are kept for two days. `looked`: no
-- task came since its last look at open tasks. `fresh_since`: older inserts are over.
WITH
    (SELECT (maxIf(since, job = 'rollups'), maxIf(since, job = 'open_tasks')) FROM observer_progress) AS progress,
    progress.1 AS counted_to,
    progress.2 AS looked_at,
    now64(6, 'UTC') - INTERVAL 36 HOUR AS kept_from,
    counted_to < kept_from AS is_behind
SELECT
    counted_to AS since,
    is_behind AS whole,
    arraySort(groupUniqArrayIf(toStartOfFiveMinutes(event_time), NOT is_behind AND inserted_at >= counted_to)) AS buckets,
    now64(6, 'UTC') - INTERVAL 5 SECOND AS fresh_since,
    looked_at >= kept_from AND countIf(type = 'task' AND inserted_at >= looked_at) = 0 AS looked
FROM arrivals
WHERE kind = 'message' AND inserted_at >= greatest(kept_from, if(is_behind, looked_at, least(counted_to, looked_at)))
