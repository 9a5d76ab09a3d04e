-- Of some tasks those without an answer now.
SELECT message_id, agent, cause_message_id
FROM open_task_states(now = {now:DateTime64(9, 'UTC')}, read = [])
WHERE message_id IN {ids:Array(String)}
