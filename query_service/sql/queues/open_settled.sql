-- Of some tasks those without an answer, when the observer has looked at all tasks.
SELECT message_id, agent, cause_message_id
FROM open_tasks FINAL
WHERE is_deleted = 0 AND message_id IN {ids:Array(String)}
