-- Records of tasks as handoffs, by their places; one may come twice.
SELECT
    topic, partition, offset, value_hash,
    trace_id, source, source_agent, agent, target_agent, reason, toString(priority) AS priority, event_time, event_time AS sent_at, ttl_seconds,
    -- As in tasks.
    toString(bitOr(
        bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 128), bitShiftLeft(toUInt256(bitNot(offset)), 64)),
        toUInt256(cityHash64(topic, partition, offset, value_hash)))) AS version
FROM agent_messages
WHERE toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))} AND topic IN {topics:Array(String)}
    AND (topic, partition, offset, value_hash) IN arrayZip({topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {hashes:Array(UInt64)})
    AND message_type = 'task'
