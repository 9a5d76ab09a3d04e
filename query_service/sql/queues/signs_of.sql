-- Signs that somebody works on tasks, by the hashes of their ids, that open_signs does not have.
SELECT DISTINCT message_hash AS hash, event_name, replaceAll(lower(agent_name), ' ', '-') AS agent
FROM task_events
WHERE message_hash IN {hashes:Array(UInt64)} AND (message_hash, event_time, event_name, agent) NOT IN (
    SELECT message_hash, event_time, event_name, agent FROM open_signs WHERE is_deleted = 0)
