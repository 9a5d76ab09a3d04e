-- Each answer to a task with the place of its first record, the first one first.
SELECT
    message_id, message_type, source, min(a.event_time) AS event_time,
    uniqExact(topic, partition, offset, value_hash) AS deliveries,
    argMin((a.topic, a.partition, a.offset, a.value_hash), (a.event_time, a.value_hash)) AS place
FROM task_answers AS a
WHERE parent_hash = cityHash64({message_id:String}) AND parent_message_id = {message_id:String}
    AND a.event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY message_id, message_type, source
ORDER BY event_time, message_id, min(value_hash)
LIMIT 100
