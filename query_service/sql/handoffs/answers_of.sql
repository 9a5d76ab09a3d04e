-- Answers to tasks by the hashes of their ids, the first one first; one may come twice.
SELECT
    parent_hash AS hash, message_id, toString(message_type) AS message_type, toString(source) AS source,
    a.event_time AS event_time
FROM task_answers AS a
WHERE parent_hash IN {hashes:Array(UInt64)} AND a.event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY a.event_time, message_id, value_hash
