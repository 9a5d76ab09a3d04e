-- So many records of a queue between two times, the newest (turn 1) or the oldest (-1). First the time of the
-- last of them, without their bodies: five minutes of a busy queue are tens of MB.
WITH
(
    SELECT min(turned)
    FROM
    (
        SELECT {turn:Int8} * toUnixTimestamp64Nano(event_time) AS turned
        FROM agent_messages
        WHERE topic = concat('agent-queue-', {agent:String})
            AND toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({from:DateTime64(9, 'UTC')})
            AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes(least({to:DateTime64(9, 'UTC')}, {at:DateTime64(9, 'UTC')}))
            AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {to:DateTime64(9, 'UTC')} AND event_time <= {at:DateTime64(9, 'UTC')}
            AND ({message_type:String} = '' OR message_type = {message_type:String})
        ORDER BY turned DESC
        LIMIT {records:UInt32}
    )
) AS edge
SELECT
    message_id, toValidUTF8(body) AS body, oddities, partition, offset, value_hash,
    toString(cityHash64(message_id)) AS id,
    toUnixTimestamp64Nano(event_time) AS key_time
FROM agent_messages
WHERE topic = concat('agent-queue-', {agent:String})
    AND toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({from:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes(least({to:DateTime64(9, 'UTC')}, {at:DateTime64(9, 'UTC')}))
    AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {to:DateTime64(9, 'UTC')} AND event_time <= {at:DateTime64(9, 'UTC')}
    AND {turn:Int8} * toUnixTimestamp64Nano(event_time) >= edge
    AND ({message_type:String} = '' OR message_type = {message_type:String})
ORDER BY {turn:Int8} * key_time DESC
LIMIT {records:UInt32} WITH TIES
