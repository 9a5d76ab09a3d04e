-- Tasks of all agents, or one, that wait for an answer. Of tasks that came since the observer looked it is bound
-- which are answered, and begun. `is_begun`: 1 or 0; `expires_ns`: of one without a time to live the greatest number.
-- Replaced or not, a sign of a task stays true; a span of another agent says nothing: its hash is another one.
WITH worked_on AS
(
    SELECT if(event_name = 'process' AND agent != '', cityHash64(message_hash, agent), message_hash)
    FROM open_signs
    WHERE is_deleted = 0
)
SELECT
    toUnixTimestamp64Nano(event_time) AS sent_ns,
    message_id, value_hash, partition, offset,
    (cityHash64(message_id) AS hash) IN worked_on OR cityHash64(hash, agent) IN worked_on OR hash IN {begun:Array(UInt64)} AS is_begun,
    if(isNull(ttl_seconds), toInt64(9223372036854775807), sent_ns + toInt64(least(greatest(ttl_seconds, 0), 1e9) * 1e9)) AS expires_ns,
    agent, priority
FROM open_tasks FINAL
WHERE is_deleted = 0 AND ({agent:String} = '' OR agent = {agent:String})
    AND cityHash64(message_id) NOT IN {left_out:Array(UInt64)}
LIMIT {most:UInt32}
