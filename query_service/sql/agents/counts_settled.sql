-- As counts.sql of all times, when the observer has counted everything.
SELECT
    agent,
    sumIf(messages, side = 'queue') AS total_messages,
    sumIf(deliveries, side = 'queue') AS all_deliveries,
    sumIf(messages, side = 'sender') AS sent
FROM queue_counts FINAL
WHERE seconds = 0 AND deliveries > 0
GROUP BY agent
