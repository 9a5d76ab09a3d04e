-- Every agent that owns a queue, sent a message or has a queue that the observer knows.
SELECT DISTINCT agent
FROM
(
    SELECT agent FROM agent_messages WHERE event_time <= {at:DateTime64(9, 'UTC')}
    UNION ALL
    SELECT source FROM agent_messages WHERE event_time <= {at:DateTime64(9, 'UTC')} AND source != ''
    UNION ALL
    SELECT substring(topic, 13) FROM kafka_offsets
    WHERE observed_at <= {at:DateTime64(9, 'UTC')} AND startsWith(topic, 'agent-queue-')
        AND metric = 'kafka.partition.current_offset'
)
ORDER BY agent
