-- Records of messages of a trace as they are stored, in any order.
SELECT
    trace_id, message_id, message_type, source_agent, source, agent, target_agent, priority, parent_message_id, span_id, reason,
    event_time, toUnixTimestamp64Nano(event_time) AS key_time, topic, partition, offset, value_hash
FROM trace_messages
WHERE trace_id = {trace_id:String}
LIMIT {limit:UInt32}
