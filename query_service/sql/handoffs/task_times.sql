-- Records of tasks as handoffs, newest first, after a row, up to the five minutes of the edge. One may come
-- twice: LIMIT BY would read all columns of all of them.
SELECT
    toUnixTimestamp64Nano(event_time) AS key_time, message_id, cityHash64(message_id) AS hash, topic, partition, offset,
    trace_id, source, source_agent, agent, target_agent, reason, toString(priority) AS priority, event_time, event_time AS sent_at, ttl_seconds,
    -- As in tasks.
    toString(bitOr(
        bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 128), bitShiftLeft(toUInt256(bitNot(offset)), 64)),
        toUInt256(cityHash64(topic, partition, offset, value_hash)))) AS version
FROM agent_messages
WHERE message_type = 'task'
    AND toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({edge:Int64}, 'UTC'))
    AND toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes(least({at:DateTime64(9, 'UTC')}, {until:DateTime64(9, 'UTC')}))
    AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes(fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'))
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time <= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
    AND (event_time, message_id) < (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({agent:String} = '' OR source = {agent:String} OR replaceAll(lower(target_agent), ' ', '-') = {agent:String})
    AND ({source:String} = '' OR source = {source:String})
    AND ({target:String} = '' OR replaceAll(lower(target_agent), ' ', '-') = {target:String})
    AND ({priority:String} = '' OR priority = {priority:String})
ORDER BY event_time DESC, message_id DESC, offset, cityHash64(topic, partition, offset, value_hash) DESC
LIMIT {limit:UInt32}
