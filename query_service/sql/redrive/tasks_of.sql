-- Tasks by their ids, whatever became of them: the record that counts, the earliest.
SELECT
    message_id, cityHash64(message_id) AS hash, toString(agent) AS agent, toString(source) AS source, topic, partition, offset, value_hash,
    event_time, toUnixTimestamp64Nano(event_time) AS key_time
FROM tasks
WHERE message_id IN {ids:Array(String)}
ORDER BY version DESC
LIMIT 1 BY message_id
