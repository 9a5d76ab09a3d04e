-- Since when the observer has not looked at all that came; `is_behind`: more may be missing than arrivals tell.
SELECT
    least(maxIf(since, job = 'rollups'), maxIf(since, job = 'open_tasks')) AS looked_since,
    looked_since < now64(6, 'UTC') - INTERVAL 36 HOUR AS is_behind
FROM observer_progress
