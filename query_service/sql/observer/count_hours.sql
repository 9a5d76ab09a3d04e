-- Count hours. A message counts where its earliest record is, like in the table tasks; what was
-- counted before and is there no more gets 0.
INSERT INTO queue_counts_hourly (bucket, agent, source, message_type, priority, messages, deliveries, computed_at)
SELECT bucket, agent, source, message_type, priority, sum(messages), sum(deliveries), {computed_at:DateTime64(3, 'UTC')}
FROM
(
    SELECT bucket, agent, source, message_type, priority, count() AS messages, 0 AS deliveries
    FROM
    (
        SELECT argMin(
            (toStartOfHour(event_time), agent, source, message_type, priority),
            (event_time, bitNot(cityHash64(topic, partition, offset, value_hash)))) AS earliest
        FROM agent_messages
        WHERE event_time < {last:DateTime('UTC')} + INTERVAL 1 HOUR AND message_id IN
        (
            SELECT message_id
            FROM agent_messages
            WHERE event_time >= {first:DateTime('UTC')} AND event_time < {last:DateTime('UTC')} + INTERVAL 1 HOUR
                AND toStartOfHour(event_time) IN {buckets:Array(DateTime('UTC'))}
        )
        GROUP BY message_id
    )
    WHERE earliest.1 IN {buckets:Array(DateTime('UTC'))}
    GROUP BY earliest.1 AS bucket, earliest.2 AS agent, earliest.3 AS source, earliest.4 AS message_type, earliest.5 AS priority
    UNION ALL
    SELECT toStartOfHour(event_time) AS bucket, agent, source, message_type, priority, 0 AS messages, count() AS deliveries
    FROM agent_messages FINAL
    WHERE event_time >= {first:DateTime('UTC')} AND event_time < {last:DateTime('UTC')} + INTERVAL 1 HOUR
        AND bucket IN {buckets:Array(DateTime('UTC'))}
    GROUP BY bucket, agent, source, message_type, priority
    UNION ALL
    SELECT bucket, agent, source, message_type, priority, 0 AS messages, 0 AS deliveries
    FROM queue_counts_hourly
    WHERE bucket IN {buckets:Array(DateTime('UTC'))}
)
GROUP BY bucket, agent, source, message_type, priority
