-- How far a job of the observer has come.
SELECT key, position, since, updated_at
FROM observer_progress FINAL
WHERE job = {job:String}
