-- Count hours from the deduplicated rows; what was counted before and is there no more gets 0.
INSERT INTO queue_counts_hourly (bucket, agent, source, message_type, priority, messages, deliveries, computed_at)
SELECT bucket, agent, source, message_type, priority, sum(messages), sum(deliveries), {computed_at:DateTime64(3, 'UTC')}
FROM
(
    SELECT
        toStartOfHour(event_time) AS bucket, agent, source, message_type, priority,
        uniqExact(message_id) AS messages,
        count() AS deliveries
    FROM agent_messages FINAL
    WHERE event_time >= {first:DateTime('UTC')} AND event_time < {last:DateTime('UTC')} + INTERVAL 1 HOUR
        AND bucket IN {buckets:Array(DateTime('UTC'))}
    GROUP BY bucket, agent, source, message_type, priority
    UNION ALL
    SELECT bucket, agent, source, message_type, priority, 0, 0
    FROM queue_counts_hourly
    WHERE bucket IN {buckets:Array(DateTime('UTC'))}
)
GROUP BY bucket, agent, source, message_type, priority
