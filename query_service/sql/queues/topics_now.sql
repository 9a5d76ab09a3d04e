-- Each queue as last seen in Kafka; under the empty topic the members of groups as a whole.
SELECT topic, groups, lag, members, lowest, committing, oldest, observed_at
FROM topics_now
WHERE topic = '' OR startsWith(topic, 'agent-queue-')
