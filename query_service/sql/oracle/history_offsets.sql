-- What Kafka's groups had committed on queues, and how far they were behind, within a window: of each series what was
-- seen last before each of some points of time, with when that was (Unix ns).
SELECT topic, partition, consumer_group, metric, groupArray((seen_ns, value)) AS seen
FROM
(
    SELECT
        topic, partition, consumer_group, metric,
        max(toUnixTimestamp64Nano(k.observed_at)) AS seen_ns,
        argMax(k.value, (k.observed_at, k.value)) AS value
    FROM kafka_offsets AS k
    WHERE metric IN ('kafka.consumer_group.offset', 'kafka.consumer_group.lag') AND startsWith(topic, 'agent-queue-')
        AND NOT startsWith(consumer_group, 'agent-telemetry-')
        AND toStartOfHour(k.observed_at) >= toStartOfHour({since:DateTime64(9, 'UTC')}) AND toStartOfHour(k.observed_at) <= toStartOfHour({until:DateTime64(9, 'UTC')})
        AND k.observed_at > {since:DateTime64(9, 'UTC')} AND k.observed_at <= {until:DateTime64(9, 'UTC')}
    GROUP BY
        topic, partition, consumer_group, metric,
        intDiv(toUnixTimestamp64Nano(k.observed_at) - {first:Int64} + {step:Int64} - 1, {step:Int64})
)
GROUP BY topic, partition, consumer_group, metric
