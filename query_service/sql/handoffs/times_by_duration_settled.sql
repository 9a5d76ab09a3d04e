-- As times_by_duration.sql, when no message came since the observer's last run.
SELECT
    toUnixTimestamp64Nano(event_time) AS key_time, message_id, message_hash AS hash, topic, partition, offset, value_hash,
    toUnixTimestamp64Nano(answered_at) - toUnixTimestamp64Nano(event_time) AS duration
FROM answered_tasks FINAL
WHERE duration >= 0 AND outcome != 'superseded'
    AND toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes(least({until:DateTime64(9, 'UTC')}, {at:DateTime64(9, 'UTC')}))
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time <= {at:DateTime64(9, 'UTC')} AND answered_at <= {at:DateTime64(9, 'UTC')}
    AND ({trace_id:String} = '' OR message_hash IN (SELECT cityHash64(message_id) FROM tasks WHERE {trace_id:String} != '' AND trace_id = {trace_id:String}))
    AND ({agent:String} = '' OR source = {agent:String} OR agent = {agent:String})
    AND ({source:String} = '' OR source = {source:String})
    AND ({target:String} = '' OR agent = {target:String})
    AND ({priority:String} = '' OR priority = {priority:String})
    AND ({after_id:String} = '' OR ({turn:Int8} * duration, message_id) < ({turn:Int8} * {after_value:Int64}, {after_id:String}))
ORDER BY {turn:Int8} * duration DESC, message_id DESC
LIMIT {limit:UInt32}
