-- Tasks of one trace as in task_handoffs.sql, as they are stored, of the five minutes that its tasks were sent
-- in. The setting: as in parts.sql.
SELECT
    message_id, trace_id, source, source_agent, agent, target_agent, reason, topic, priority, event_time,
    toUnixTimestamp64Nano(event_time) AS key_time
FROM agent_messages
WHERE toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))} AND trace_id = {trace_id:String}
    AND message_type = 'task' AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY event_time, value_hash DESC
LIMIT 1 BY message_id
SETTINGS use_skip_indexes_on_data_read = 0
