-- Each answer to a task, the first one first.
SELECT
    message_id, message_type, source, min(a.event_time) AS event_time,
    uniqExact(topic, partition, offset, value_hash) AS deliveries
FROM task_answers AS a
WHERE parent_hash = cityHash64({message_id:String}) AND parent_message_id = {message_id:String}
    AND a.event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY message_id, message_type, source
ORDER BY event_time, message_id, min(value_hash)
LIMIT 100
