-- Of some tasks that were sent up to a time those without an answer, as the observer has it.
SELECT message_id, cityHash64(message_id) AS hash, agent, cause_message_id
FROM open_tasks FINAL
WHERE is_deleted = 0 AND message_id IN {ids:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')}
