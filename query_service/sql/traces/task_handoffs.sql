-- Tasks as handoffs, by the places of their records: as the view task_handoffs has them, which takes
-- longer to plan.
SELECT
    message_id, message_id AS handoff_id, trace_id, source AS source_agent_id, source_agent AS source_agent_name,
    agent AS target_agent_id, target_agent AS target_agent_name, reason,
    concat('{"message_id":', toJSONString(message_id), ',"queue_topic":', toJSONString(topic), ',"priority":', toJSONString(priority), '}') AS context,
    event_time, toUnixTimestamp64Nano(event_time) AS key_time, '' AS handoff_record
FROM agent_messages
WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN arrayZip(
    arrayMap(t -> toStartOfFiveMinutes(fromUnixTimestamp64Nano(t, 'UTC')), {times:Array(Int64)}),
    {topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {hashes:Array(UInt64)})
LIMIT 1 BY topic, partition, offset, value_hash
