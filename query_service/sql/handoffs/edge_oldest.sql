-- As edge.sql, of the oldest records.
SELECT toUnixTimestamp64Nano(event_time) AS key_time
FROM agent_messages
WHERE message_type = 'task'
    AND toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes(least({at:DateTime64(9, 'UTC')}, {until:DateTime64(9, 'UTC')}))
    AND toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'))
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time >= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
    AND (event_time, message_id) > (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({agent:String} = '' OR source = {agent:String} OR replaceAll(lower(target_agent), ' ', '-') = {agent:String})
    AND ({source:String} = '' OR source = {source:String})
    AND ({target:String} = '' OR replaceAll(lower(target_agent), ' ', '-') = {target:String})
    AND ({priority:String} = '' OR priority = {priority:String})
ORDER BY toStartOfFiveMinutes(event_time)
LIMIT {limit:UInt32}
