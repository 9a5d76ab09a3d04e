-- How much arrived for each job since its position, and how long ago that is (in seconds).
WITH
    (
        SELECT maxMap(map(job::String, toUnixTimestamp64Micro(since::DateTime64(6, 'UTC'))))
        FROM observer_progress
        WHERE key = ''
    ) AS done,
    fromUnixTimestamp64Micro(done['rollups'], 'UTC') AS rollups,
    fromUnixTimestamp64Micro(done['open_tasks'], 'UTC') AS open_tasks,
    fromUnixTimestamp64Micro(done['traces'], 'UTC') AS traces,
    fromUnixTimestamp64Micro(done['failures'], 'UTC') AS failures
SELECT
    map(
        'rollups', countIf(kind = 'message' AND inserted_at >= rollups),
        'open_tasks', countIf(kind = 'message' AND inserted_at >= open_tasks),
        'traces', countIf(kind IN ('span', 'trace_record') AND inserted_at >= traces),
        'failures', countIf(kind IN ('error', 'span') AND inserted_at >= failures)) AS arrived,
    mapApply((job, position) -> (job, toUnixTimestamp64Micro(now64(6, 'UTC')) / 1e6 - position / 1e6), done) AS ages
FROM arrivals
WHERE inserted_at >= least(rollups, open_tasks, traces, failures)
