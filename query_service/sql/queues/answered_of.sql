-- Of some tasks those with an answer up to a time, by the hashes of their ids.
SELECT DISTINCT parent_hash AS hash
FROM task_answers
WHERE parent_hash IN {hashes:Array(UInt64)} AND event_time <= {at:DateTime64(9, 'UTC')}
