-- The last figures of one queue in Kafka; under the empty topic the members of groups as a whole.
SELECT
    topic, metric, partition, consumer_group, value,
    toUnixTimestamp64Nano(observed_at) AS observed_ns,
    (
        SELECT toUnixTimestamp64Nano(max(k.observed_at))
        FROM kafka_latest AS k
        WHERE metric = 'kafka.consumer_group.offset'
    ) AS newest_ns
FROM kafka_latest FINAL
WHERE topic IN ('', {topic:String})
