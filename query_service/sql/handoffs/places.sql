-- Where the records of a message are, oldest first.
SELECT DISTINCT topic, partition, offset, value_hash, message_type, toUnixTimestamp64Nano(event_time) AS key_time
FROM message_index
WHERE id_hash = cityHash64({message_id:String}) AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY key_time, offset, partition, topic
LIMIT 100
