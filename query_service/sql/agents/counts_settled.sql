-- As counts.sql, where everything is counted: of now, whole days alone, which takes half as long.
SELECT
    agent,
    sumIf(messages, side = 'queue') AS total_messages,
    sumIf(deliveries, side = 'queue') AS all_deliveries,
    sumIf(messages, side = 'sender') AS sent
FROM queue_counts FINAL
WHERE seconds = 86400 AND bucket < {at:DateTime64(9, 'UTC')} AND deliveries > 0
GROUP BY agent
