-- Messages of a queue that have a record between two times, the newest first (turn 1) or the oldest (-1),
-- after a row: the first record of each, with the number of its deliveries.
WITH
    recent AS
    (
        SELECT cityHash64(message_id)
        FROM agent_messages
        WHERE topic = concat('agent-queue-', {agent:String})
            AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {to:DateTime64(9, 'UTC')}
            AND ({message_type:String} = '' OR message_type = {message_type:String})
    ),
    page AS
    (
        SELECT
            id_hash,
            min((event_time, partition, offset, value_hash)) AS first,
            uniqExact(partition, offset, value_hash) AS deliveries
        FROM message_index
        WHERE id_hash IN recent AND topic = concat('agent-queue-', {agent:String})
            AND event_time <= {at:DateTime64(9, 'UTC')}
            AND ({message_type:String} = '' OR message_type = {message_type:String})
        GROUP BY id_hash
        HAVING first.1 >= {from:DateTime64(9, 'UTC')} AND first.1 < {to:DateTime64(9, 'UTC')}
            AND (-{turn:Int8} * toUnixTimestamp64Nano(first.1), id_hash) > (-{turn:Int8} * {after_time:Int64}, {after_id:UInt64})
        ORDER BY {turn:Int8} * toUnixTimestamp64Nano(first.1) DESC, id_hash
        LIMIT {limit:UInt32}
    )
SELECT
    m.message_id AS message_id,
    toValidUTF8(any(m.body)) AS body,
    any(m.oddities) AS oddities,
    any(page.deliveries) AS deliveries,
    toUnixTimestamp64Nano(any(page.first.1)) AS key_time,
    toString(any(page.id_hash)) AS id
FROM agent_messages AS m
INNER JOIN page ON page.first.2 = m.partition AND page.first.3 = m.offset AND page.first.4 = m.value_hash
WHERE (toStartOfFiveMinutes(m.event_time), m.topic, m.partition, m.offset, m.value_hash) IN (
    SELECT toStartOfFiveMinutes(first.1), concat('agent-queue-', {agent:String}), first.2, first.3, first.4 FROM page)
GROUP BY message_id
ORDER BY {turn:Int8} * key_time DESC, cityHash64(message_id)
