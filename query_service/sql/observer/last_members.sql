-- Groups, and topics that they read, whose last recorded number of members is not 0.
SELECT topic, consumer_group, argMax(value, observed_at) AS members
FROM kafka_offsets
WHERE metric = 'kafka.consumer_group.members'
GROUP BY topic, consumer_group
HAVING members > 0
