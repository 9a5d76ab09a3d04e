-- The five minutes that hold the newest records of a queue, so many of them; none when it has fewer.
SELECT toStartOfFiveMinutes(event_time) AS bucket
FROM agent_messages
WHERE topic = concat('agent-queue-', {agent:String})
    AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes({at:DateTime64(9, 'UTC')})
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND ({message_type:String} = '' OR message_type = {message_type:String})
ORDER BY toStartOfFiveMinutes(event_time) DESC
LIMIT 1 OFFSET {skip:UInt32}
