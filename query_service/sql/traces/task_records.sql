-- Records of tasks of some traces as they are stored, in any order.
SELECT
    trace_id, message_id, message_type, source_agent, source, agent, target_agent, priority, reason, event_time,
    toUnixTimestamp64Nano(event_time) AS key_time, topic, value_hash
FROM trace_messages
WHERE trace_id IN {trace_ids:Array(String)} AND message_type = 'task'
LIMIT {limit:UInt32}
