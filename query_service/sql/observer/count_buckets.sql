-- Count five minutes. A message counts where its earliest record is, as in the table tasks; what was
-- counted before and is there no more gets 0.
INSERT INTO queue_counts
    (seconds, bucket, side, agent, message_type, priority, messages, deliveries, first_time, last_time, computed_at)
SELECT
    300, bucket, side, agent, message_type, priority,
    sum(is_message), sum(is_delivery), min(time), max(time), {computed_at:DateTime64(3, 'UTC')}
FROM
(
    SELECT
        toStartOfFiveMinutes(event_time) AS bucket, sides.1 AS side, sides.2 AS agent, message_type, priority,
        (bucket, topic, partition, offset, value_hash) NOT IN (
            SELECT bucket, topic, partition, offset, value_hash
            FROM message_repeats
            WHERE bucket IN {buckets:Array(DateTime('UTC'))}) AS is_message,
        1 AS is_delivery,
        event_time AS time
    FROM agent_messages AS m FINAL
    ARRAY JOIN [('queue', toString(m.agent)), ('sender', toString(m.source))] AS sides
    WHERE toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))}
    UNION ALL
    SELECT bucket, toString(side), agent, message_type, priority, 0, 0, first_time
    FROM queue_counts FINAL
    WHERE seconds = 300 AND bucket IN {buckets:Array(DateTime('UTC'))}
)
GROUP BY bucket, side, agent, message_type, priority
