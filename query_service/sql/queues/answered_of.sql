-- Of some tasks those with an answer up to a time, by the hashes of their ids. The hashes first: times are read of
-- the few that have one.
SELECT DISTINCT parent_hash AS hash
FROM task_answers
PREWHERE parent_hash IN {hashes:Array(UInt64)}
WHERE event_time <= {at:DateTime64(9, 'UTC')}
