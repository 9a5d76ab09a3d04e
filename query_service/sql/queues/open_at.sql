-- Of some tasks those without an answer at a past time.
SELECT message_id, agent, cause_message_id
FROM open_task_states_at(at = {at:DateTime64(9, 'UTC')}, read = [])
WHERE message_id IN {ids:Array(String)}
