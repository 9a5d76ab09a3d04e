-- Each queue as it was last seen in Kafka up to a past time, or one; under the empty topic the members of
-- groups as a whole.
SELECT topic, groups, lag, members, lowest, committing, oldest, observed_at
FROM topics_at(at = {at:DateTime64(9, 'UTC')})
WHERE topic = '' OR if({topic:String} = '', startsWith(topic, 'agent-queue-'), topic = {topic:String})
