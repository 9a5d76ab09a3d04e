-- As record_times.sql, the oldest first.
SELECT toUnixTimestamp64Nano(event_time) AS key_time, message_id, cityHash64(message_id) AS hash, toString(version) AS version, '' AS topic
FROM handoff_times
WHERE is_record
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time >= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
    AND (event_time, message_id) > (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({agent:String} = '' OR source = {agent:String} OR target = {agent:String})
    AND ({source:String} = '' OR source = {source:String})
    AND ({target:String} = '' OR target = {target:String})
    AND ({priority:String} = '' OR priority = {priority:String})
ORDER BY toStartOfFiveMinutes(event_time), event_time, message_id, handoff_times.version DESC
LIMIT {limit:UInt32}
