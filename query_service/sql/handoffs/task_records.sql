-- Tasks as handoffs, by the places of their records.
SELECT
    topic, partition, offset, value_hash, '' AS version, handoff_id, trace_id, source_agent_id, source_agent_name,
    target_agent_id, target_agent_name, reason, context, event_time, record AS handoff_record
FROM task_handoffs
WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN arrayZip(
    arrayMap(t -> toStartOfFiveMinutes(fromUnixTimestamp64Nano(t, 'UTC')), {times:Array(Int64)}),
    {topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {hashes:Array(UInt64)})
LIMIT 1 BY topic, partition, offset, value_hash
