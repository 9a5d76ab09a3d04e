-- When the record was sent that is so many records older than the newest of a queue; none when it
-- has fewer.
SELECT event_time
FROM agent_messages
WHERE topic = concat('agent-queue-', {agent:String})
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND ({message_type:String} = '' OR message_type = {message_type:String})
ORDER BY toStartOfFiveMinutes(event_time) DESC, event_time DESC
LIMIT 1 OFFSET {skip:UInt32}
