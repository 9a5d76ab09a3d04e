-- Signs that came before their tasks, which came since a time: they may have been marked.
INSERT INTO open_signs (message_hash, event_time, event_name, agent, version)
SELECT message_hash, event_time, event_name, replaceAll(lower(agent_name), ' ', '-'), toUnixTimestamp64Micro({now:DateTime64(6, 'UTC')}) + 1
FROM task_events
WHERE message_hash IN
(
    SELECT cityHash64(message_id)
    FROM open_tasks FINAL
    WHERE is_deleted = 0 AND ({whole:Bool} OR message_id IN (
        SELECT id FROM arrivals WHERE kind = 'message' AND type = 'task' AND inserted_at >= {since:DateTime64(6, 'UTC')}))
)
