-- Tasks, of all agents or one, that were sent between two times and answered after the second one, as the
-- observer has it; with the place of each in agent_messages.
SELECT
    message_hash AS hash, agent, topic, toStartOfFiveMinutes(event_time) AS bucket,
    cityHash64(topic, partition, offset, value_hash) AS place
FROM answered_tasks FINAL
WHERE toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({from:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes({at:DateTime64(9, 'UTC')})
    AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time <= {at:DateTime64(9, 'UTC')}
    AND answered_at > {at:DateTime64(9, 'UTC')}
    AND ({agent:String} = '' OR agent = {agent:String})
LIMIT {most:UInt32}
