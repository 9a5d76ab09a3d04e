-- Jobs of the observer that have not counted all that had arrived at a time.
SELECT job
FROM observer_progress FINAL
WHERE job != 'gaps'
GROUP BY job
HAVING min(since) < {loaded_at:DateTime64(3, 'UTC')}
