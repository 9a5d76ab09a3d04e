-- Tasks by their ids that were sent up to a time, with the place of each in agent_messages.
SELECT
    message_id, cityHash64(message_id) AS hash, agent, cause_message_id, topic,
    toStartOfFiveMinutes(event_time) AS bucket,
    cityHash64(topic, partition, offset, value_hash) AS place
FROM tasks
WHERE message_id IN {ids:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY version DESC
LIMIT 1 BY message_id
