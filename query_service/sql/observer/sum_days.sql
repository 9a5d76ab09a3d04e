-- All days as a whole (seconds = 0), where that is not what it was; what is in no day any more gets 0.
INSERT INTO queue_counts
    (seconds, bucket, side, agent, message_type, priority, messages, deliveries, first_time, last_time, computed_at)
SELECT
    0, toDateTime(0, 'UTC'), side, agent, message_type, priority,
    sumIf(messages, seconds = 86400) AS all_messages,
    sumIf(deliveries, seconds = 86400) AS all_deliveries,
    min(first_time), max(last_time), {computed_at:DateTime64(3, 'UTC')}
FROM queue_counts FINAL
WHERE seconds IN (0, 86400)
GROUP BY side, agent, message_type, priority
HAVING (all_messages, all_deliveries, max(last_time))
    != (sumIf(messages, seconds = 0), sumIf(deliveries, seconds = 0), maxIf(last_time, seconds = 0))
