-- Tasks of some traces as handoffs, each once, its earliest record: as the view task_handoffs has them,
-- which takes longer to plan.
SELECT
    message_id, message_id AS handoff_id, trace_id, source AS source_agent_id, source_agent AS source_agent_name,
    agent AS target_agent_id, target_agent AS target_agent_name, reason,
    concat('{"message_id":', toJSONString(message_id), ',"queue_topic":', toJSONString(topic), ',"priority":', toJSONString(priority), '}') AS context,
    event_time, toUnixTimestamp64Nano(event_time) AS key_time, '' AS handoff_record
FROM agent_messages
WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN
    (
        SELECT toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash
        FROM trace_messages
        WHERE trace_id IN {trace_ids:Array(String)} AND trace_id != '' AND message_type = 'task'
    )
    AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY event_time, value_hash DESC
LIMIT 1 BY trace_id, message_id
