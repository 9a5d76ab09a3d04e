-- Tasks, of all agents or one, that seem to be open and came since the observer looked at open tasks: the mark
-- of an answer, or a sign of work, that came before its task may have been taken out. All, when it is behind.
WITH
    (SELECT maxIf(since, job = 'open_tasks') FROM observer_progress) AS looked_at,
    looked_at < now64(6, 'UTC') - INTERVAL 36 HOUR AS is_behind
SELECT cityHash64(message_id) AS hash, agent
FROM open_tasks FINAL
WHERE is_deleted = 0 AND ({agent:String} = '' OR agent = {agent:String})
    AND (is_behind OR message_id IN (
        SELECT id FROM arrivals WHERE NOT is_behind AND kind = 'message' AND type = 'task' AND inserted_at >= looked_at))
LIMIT {most:UInt32}
