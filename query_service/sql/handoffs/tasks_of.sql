-- Tasks by their ids: the record that counts, the earliest.
SELECT message_id, cityHash64(message_id) AS hash, topic, partition, offset, value_hash, toString(priority) AS priority, toString(agent) AS agent,
    event_time AS sent_at, ttl_seconds
FROM tasks
WHERE message_id IN {ids:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY version DESC
LIMIT 1 BY message_id
