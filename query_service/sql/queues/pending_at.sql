-- Tasks that waited for an answer at a past time, oldest first, at most so many of each queue.
WITH waiting AS
(
    SELECT
        agent, message_id, topic, partition, offset, value_hash, state, event_time,
        count() OVER (PARTITION BY agent) AS pending_tasks
    FROM task_states(at = {at:DateTime64(9, 'UTC')}, now = {now:DateTime64(9, 'UTC')}, open_only = false)
    WHERE pending AND ({agent:String} = '' OR agent = {agent:String})
    ORDER BY agent, event_time, message_id
    LIMIT {limit:UInt32} BY agent
)
SELECT
    waiting.agent AS agent,
    waiting.message_id AS message_id,
    toValidUTF8(m.body) AS body,
    waiting.state AS state,
    waiting.event_time AS event_time,
    waiting.pending_tasks AS pending_tasks
FROM waiting
INNER JOIN
(
    SELECT topic, partition, offset, value_hash, any(body) AS body
    FROM agent_messages
    WHERE (topic, partition, offset, value_hash) IN (SELECT topic, partition, offset, value_hash FROM waiting)
    GROUP BY topic, partition, offset, value_hash
) AS m ON m.topic = waiting.topic AND m.partition = waiting.partition
    AND m.offset = waiting.offset AND m.value_hash = waiting.value_hash
ORDER BY agent, event_time, message_id
