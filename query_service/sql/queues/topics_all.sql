-- The last figures of all topics in Kafka, as topics_now.sql has those of one queue.
SELECT topic, metric, partition, consumer_group, value, toUnixTimestamp64Nano(observed_at) AS observed_ns
FROM kafka_latest FINAL
