-- What the observer has not counted yet: from when on, and the five minutes that it touches. `whole`:
-- everything, since more may be missing than arrivals tell; they are kept for two days. `looked`: no
-- task came since its last look at open tasks.
WITH
    (SELECT maxIf(since, job = 'rollups') FROM observer_progress) AS counted_to,
    (SELECT maxIf(since, job = 'open_tasks') FROM observer_progress) AS looked_at,
    now64(6, 'UTC') - INTERVAL 36 HOUR AS kept_from
SELECT
    counted_to AS since,
    counted_to < kept_from AS whole,
    arraySort(groupUniqArrayIf(toStartOfFiveMinutes(event_time), inserted_at >= counted_to)) AS buckets,
    looked_at >= kept_from AND countIf(type = 'task' AND inserted_at >= looked_at) = 0 AS looked
FROM arrivals
WHERE kind = 'message' AND counted_to >= kept_from AND inserted_at >= least(counted_to, looked_at)
