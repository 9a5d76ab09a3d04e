-- Messages (distinct ids) and deliveries (distinct records) of each queue, or of one.
SELECT
    agent,
    uniqExact(sipHash64(message_id)) AS total_messages,
    uniqExact(sipHash64(partition, offset, value_hash)) AS deliveries
FROM agent_messages
WHERE event_time <= {at:DateTime64(9, 'UTC')}
    AND ({agent:String} = '' OR topic = concat('agent-queue-', {agent:String}))
    AND ({message_type:String} = '' OR message_type = {message_type:String})
GROUP BY agent
