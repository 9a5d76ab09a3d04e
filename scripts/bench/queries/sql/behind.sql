-- Jobs of the observer that have not counted all that had arrived at a time.
SELECT job
FROM observer_progress FINAL
WHERE job NOT IN ('gaps', 'traces_rebuild')
GROUP BY job
HAVING min(since) < {loaded_at:DateTime64(3, 'UTC')}
