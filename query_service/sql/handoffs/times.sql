-- Versions of handoffs, newest first, after a row; a redelivered one can be there more than once.
SELECT toUnixTimestamp64Nano(event_time) AS key_time, message_id, toString(version) AS version
FROM
(
    SELECT event_time, message_id, version
    FROM handoff_times
    WHERE is_record AND event_time <= {at:DateTime64(9, 'UTC')}
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND event_time <= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
        AND (event_time, message_id) < (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
        AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
        AND ({agent:String} = '' OR source = {agent:String} OR target = {agent:String})
        AND ({source:String} = '' OR source = {source:String})
        AND ({target:String} = '' OR target = {target:String})
        AND ({priority:String} = '' OR priority = {priority:String})
    ORDER BY toStartOfFiveMinutes(event_time) DESC, event_time DESC, message_id DESC
    LIMIT {limit:UInt32}
    UNION ALL
    SELECT
        event_time,
        message_id,
        -- As in task_handoffs.
        bitOr(
            bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64),
            toUInt256(value_hash)) AS version
    FROM agent_messages
    WHERE message_type = 'task' AND event_time <= {at:DateTime64(9, 'UTC')}
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND event_time <= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
        AND (event_time, message_id) < (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
        AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
        AND ({agent:String} = '' OR source = {agent:String} OR replaceAll(lower(target_agent), ' ', '-') = {agent:String})
        AND ({source:String} = '' OR source = {source:String})
        AND ({target:String} = '' OR replaceAll(lower(target_agent), ' ', '-') = {target:String})
        AND ({priority:String} = '' OR priority = {priority:String})
    ORDER BY toStartOfFiveMinutes(event_time) DESC, event_time DESC, message_id DESC
    LIMIT {limit:UInt32}
)
ORDER BY event_time DESC, message_id DESC
LIMIT {limit:UInt32}
