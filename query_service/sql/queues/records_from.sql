-- The newest records of a queue between two times, so many of them. Sorted by the column itself, ClickHouse reads
-- bodies of these alone: five minutes of a busy queue are tens of MB.
SELECT
    message_id, toValidUTF8(body) AS body, oddities, partition, offset, value_hash,
    toString(cityHash64(message_id)) AS id,
    toUnixTimestamp64Nano(event_time) AS key_time
FROM agent_messages
WHERE topic = concat('agent-queue-', {agent:String})
    AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {to:DateTime64(9, 'UTC')}
    AND ({message_type:String} = '' OR message_type = {message_type:String})
ORDER BY event_time DESC
LIMIT {records:UInt32}
