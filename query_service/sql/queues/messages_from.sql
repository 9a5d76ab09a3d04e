-- When the record was sent that so many of a queue, between two times, are newer than; none when it has
-- fewer. Only the five minutes that hold them are sorted.
WITH
    records AS
    (
        SELECT event_time
        FROM agent_messages
        WHERE topic = concat('agent-queue-', {agent:String})
            AND toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({from:DateTime64(9, 'UTC')})
            AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes(least({to:DateTime64(9, 'UTC')}, {at:DateTime64(9, 'UTC')}))
            AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {to:DateTime64(9, 'UTC')} AND event_time <= {at:DateTime64(9, 'UTC')}
            AND ({message_type:String} = '' OR message_type = {message_type:String})
    ),
    (
        SELECT toStartOfFiveMinutes(event_time)
        FROM records
        ORDER BY toStartOfFiveMinutes(event_time) DESC
        LIMIT 1 OFFSET {skip:UInt32}
    ) AS first_bucket
SELECT event_time AS cut
FROM records
WHERE toStartOfFiveMinutes(event_time) >= first_bucket
ORDER BY event_time DESC
LIMIT 1 OFFSET {skip:UInt32}
