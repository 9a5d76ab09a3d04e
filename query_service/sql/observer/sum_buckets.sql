-- Hours of their five minutes, or days of their hours.
INSERT INTO queue_counts
    (seconds, bucket, side, agent, message_type, priority, messages, deliveries, first_time, last_time, computed_at)
SELECT
    {seconds:UInt32}, toDateTime(intDiv(toUnixTimestamp(part), {seconds:UInt32}) * {seconds:UInt32}, 'UTC') AS whole,
    side, agent, message_type, priority,
    sum(messages), sum(deliveries), min(first_time), max(last_time), {computed_at:DateTime64(3, 'UTC')}
FROM
(
    SELECT bucket AS part, side, agent, message_type, priority, messages, deliveries, first_time, last_time
    FROM queue_counts FINAL
    WHERE seconds = {part:UInt32} AND bucket >= {first:DateTime('UTC')}
        AND bucket < {last:DateTime('UTC')} + toIntervalSecond({seconds:UInt32})
)
WHERE whole IN {buckets:Array(DateTime('UTC'))}
GROUP BY whole, side, agent, message_type, priority
