-- All days as a whole (seconds = 0), where that is not what it was, or is older than a day in it, which would be
-- kept for longer; what is in no day any more gets 0.
INSERT INTO queue_counts
    (seconds, bucket, side, agent, message_type, priority, messages, deliveries, first_time, last_time, computed_at)
SELECT
    0, toDateTime(0, 'UTC'), side, agent, message_type, priority,
    sumIf(messages, is_day) AS all_messages,
    sumIf(deliveries, is_day) AS all_deliveries,
    minIf(first_time, is_day) AS earliest,
    maxIf(last_time, is_day) AS latest,
    {computed_at:DateTime64(3, 'UTC')}
FROM
(
    SELECT *, seconds = 86400 AND deliveries > 0 AS is_day
    FROM queue_counts FINAL
    WHERE seconds IN (0, 86400)
)
GROUP BY side, agent, message_type, priority
HAVING (all_messages, all_deliveries, latest)
        != (sumIf(messages, seconds = 0), sumIf(deliveries, seconds = 0), maxIf(last_time, seconds = 0))
    OR maxIf(computed_at, seconds = 86400) > maxIf(computed_at, seconds = 0)
