-- The mark of an answer again, for open tasks that have one.
INSERT INTO open_tasks (message_id, version, is_deleted)
SELECT message_id, bitNot(toUInt256(0)), 1
FROM open_tasks FINAL
WHERE is_deleted = 0 AND message_id IN
(
    SELECT parent_message_id
    FROM task_answers
    WHERE parent_hash IN (SELECT cityHash64(message_id) FROM open_tasks FINAL WHERE is_deleted = 0)
)
