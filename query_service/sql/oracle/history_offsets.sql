-- What Kafka's groups had committed on queues, and how far they were behind, within a window: each series as the
-- values that it changed to, with the times (Unix ns).
SELECT
    topic, partition, consumer_group, metric,
    arraySort(groupUniqArray((toUnixTimestamp64Nano(k.observed_at), value))) AS seen,
    arrayFilter((s, before) -> s.2 != before.2 OR s.1 = seen[1].1, seen, arrayPushFront(arrayPopBack(seen), seen[1])) AS changes
FROM kafka_offsets AS k
WHERE metric IN ('kafka.consumer_group.offset', 'kafka.consumer_group.lag') AND startsWith(topic, 'agent-queue-')
    AND NOT startsWith(consumer_group, 'agent-telemetry-')
    AND toStartOfHour(k.observed_at) >= toStartOfHour({since:DateTime64(9, 'UTC')}) AND toStartOfHour(k.observed_at) <= toStartOfHour({until:DateTime64(9, 'UTC')})
    AND k.observed_at > {since:DateTime64(9, 'UTC')} AND k.observed_at <= {until:DateTime64(9, 'UTC')}
GROUP BY topic, partition, consumer_group, metric
