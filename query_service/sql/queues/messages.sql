-- The newest messages of a queue: the first record of each, with the number of its deliveries.
WITH page AS
(
    SELECT
        argMin((partition, offset, value_hash), (event_time, partition, offset, value_hash)) AS first,
        min(event_time) AS sent_at,
        uniqExact(partition, offset, value_hash) AS deliveries
    FROM agent_messages
    WHERE topic = concat('agent-queue-', {agent:String})
        AND event_time <= {at:DateTime64(9, 'UTC')}
        AND ({message_type:String} = '' OR message_type = {message_type:String})
    GROUP BY message_id
    ORDER BY sent_at DESC, message_id
    LIMIT {limit:UInt32}
)
SELECT
    m.message_id AS message_id,
    toValidUTF8(m.body) AS body,
    m.oddities AS oddities,
    page.deliveries AS deliveries
FROM agent_messages AS m
INNER JOIN page ON page.first = (m.partition, m.offset, m.value_hash)
WHERE m.topic = concat('agent-queue-', {agent:String})
    AND (m.partition, m.offset, m.value_hash) IN (SELECT first FROM page)
ORDER BY page.sent_at DESC, m.message_id
LIMIT 1 BY m.message_id
