-- Queues that were seen in Kafka within the day before a time.
SELECT DISTINCT topic
FROM kafka_offsets AS k
WHERE startsWith(topic, 'agent-queue-') AND NOT startsWith(consumer_group, 'agent-telemetry-')
    AND k.observed_at <= {at:DateTime64(9, 'UTC')} AND k.observed_at > {at:DateTime64(9, 'UTC')} - INTERVAL 1 DAY
    AND toStartOfHour(k.observed_at) >= toStartOfHour({at:DateTime64(9, 'UTC')} - INTERVAL 1 DAY) AND toStartOfHour(k.observed_at) <= toStartOfHour({at:DateTime64(9, 'UTC')})
