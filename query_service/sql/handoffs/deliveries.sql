-- Each record of a message by the places of these, oldest first. The key is not asked for by one tuple: an array
-- that is computed does not choose what is read.
SELECT
    message_id, message_type, source_agent, target_agent, source, agent, priority, parent_message_id, reason,
    cause_message_id, conversation_id, trace_id, span_id, topic, partition, offset, event_time, ttl_seconds,
    arrived_at, oddities, toValidUTF8(headers['redrive-of']) AS redrive_of, toValidUTF8(body) AS body
FROM agent_messages
WHERE toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))} AND topic IN {topics:Array(String)}
    AND (topic, partition, offset, value_hash) IN arrayZip({topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {hashes:Array(UInt64)})
    AND message_id = {message_id:String}
ORDER BY event_time, offset, partition, topic, arrived_at
LIMIT 1 BY topic, partition, offset, value_hash
