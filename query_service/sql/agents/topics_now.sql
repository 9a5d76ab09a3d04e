-- Queues that were ever seen in Kafka.
SELECT DISTINCT topic
FROM kafka_latest
WHERE startsWith(topic, 'agent-queue-')
