-- Jobs of the observer that have not counted all that had arrived at a time. Each has run once since,
-- and its position stays some seconds behind what it has seen.
SELECT job
FROM observer_progress FINAL
WHERE job NOT IN ('gaps', 'traces_rebuild')
GROUP BY job
HAVING min(since) < {loaded_at:DateTime64(3, 'UTC')} - INTERVAL 30 SECOND
