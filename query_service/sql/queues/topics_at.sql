-- The last figures of each queue in Kafka, or of one, within the day before a past time, as topics_now.sql has
-- them; under the empty topic the members of groups as a whole.
SELECT
    topic, metric, partition, consumer_group,
    argMax(value, k.observed_at) AS value,
    toUnixTimestamp64Nano(max(k.observed_at)) AS observed_ns,
    toInt64(0) AS newest_ns
FROM kafka_offsets AS k
WHERE toStartOfHour(k.observed_at) >= toStartOfHour({at:DateTime64(9, 'UTC')} - INTERVAL 1 DAY)
    AND toStartOfHour(k.observed_at) <= toStartOfHour({at:DateTime64(9, 'UTC')})
    AND k.observed_at > {at:DateTime64(9, 'UTC')} - INTERVAL 1 DAY AND k.observed_at <= {at:DateTime64(9, 'UTC')}
    AND NOT startsWith(consumer_group, 'agent-telemetry-')
    AND (topic = '' OR if({topic:String} = '', startsWith(topic, 'agent-queue-'), topic = {topic:String}))
GROUP BY topic, metric, partition, consumer_group
