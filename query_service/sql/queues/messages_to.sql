-- The end of the five minutes that hold the oldest records of a queue between two times, so many of them;
-- none when it has fewer.
SELECT toStartOfFiveMinutes(event_time) + INTERVAL 5 MINUTE AS cut
FROM agent_messages
WHERE topic = concat('agent-queue-', {agent:String})
    AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {to:DateTime64(9, 'UTC')}
    AND ({message_type:String} = '' OR message_type = {message_type:String})
ORDER BY toStartOfFiveMinutes(event_time)
LIMIT 1 OFFSET {skip:UInt32}
