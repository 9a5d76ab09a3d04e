-- Each record of a message, oldest first.
SELECT
    message_id, message_type, source_agent, target_agent, source, agent, priority, parent_message_id,
    cause_message_id, conversation_id, trace_id, span_id, topic, partition, offset, event_time, ttl_seconds,
    arrived_at, oddities, toValidUTF8(body) AS body
FROM agent_messages AS m FINAL
WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN (
        SELECT toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash
        FROM message_index
        WHERE id_hash = cityHash64({message_id:String}))
    AND m.message_id = {message_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY event_time, offset, partition, topic
LIMIT 100
