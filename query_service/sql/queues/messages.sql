-- The newest messages of a queue: the first record of each, with the number of its deliveries.
WITH page AS
(
    SELECT message_id
    FROM agent_messages
    WHERE topic = concat('agent-queue-', {agent:String})
        AND event_time <= {at:DateTime64(9, 'UTC')}
        AND ({message_type:String} = '' OR message_type = {message_type:String})
    GROUP BY message_id
    ORDER BY min(event_time) DESC, message_id
    LIMIT {limit:UInt32}
)
SELECT
    message_id,
    toValidUTF8(argMin(body, (event_time, partition, offset, value_hash))) AS body,
    argMin(oddities, (event_time, partition, offset, value_hash)) AS oddities,
    uniqExact(partition, offset, value_hash) AS deliveries
FROM agent_messages
WHERE topic = concat('agent-queue-', {agent:String})
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND ({message_type:String} = '' OR message_type = {message_type:String})
    AND message_id IN (SELECT message_id FROM page)
GROUP BY message_id
ORDER BY min(event_time) DESC, message_id
