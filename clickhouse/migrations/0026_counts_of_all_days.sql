-- Counts of all days as a whole: adding days up took a fifth of an answer about all queues, since each
-- run of the observer leaves new rows of the last days. It keeps the sum; here it is made once.

ALTER TABLE queue_counts COMMENT COLUMN seconds 'Length of the bucket: 300, 3600 or 86400; 0: all days as a whole';

INSERT INTO queue_counts
    (seconds, bucket, side, agent, message_type, priority, messages, deliveries, first_time, last_time, computed_at)
SELECT
    0, toDateTime(0, 'UTC'), side, agent, message_type, priority,
    sumIf(messages, seconds = 86400) AS all_messages,
    sumIf(deliveries, seconds = 86400) AS all_deliveries,
    min(first_time), max(last_time), now64(3)
FROM queue_counts FINAL
WHERE seconds IN (0, 86400)
GROUP BY side, agent, message_type, priority
HAVING (all_messages, all_deliveries, max(last_time))
    != (sumIf(messages, seconds = 0), sumIf(deliveries, seconds = 0), maxIf(last_time, seconds = 0));
