-- As times.sql, the oldest first.
WITH
    tasks_asked AS
    (
        SELECT event_time, message_id, topic, partition, offset, value_hash
        FROM agent_messages
        WHERE message_type = 'task'
            AND toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
            AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes({at:DateTime64(9, 'UTC')})
            AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
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
    ),
    (
        SELECT (max(bucket), count())
        FROM
        (
            SELECT toStartOfFiveMinutes(event_time) AS bucket
            FROM tasks_asked
            ORDER BY toStartOfFiveMinutes(event_time)
            LIMIT {limit:UInt32}
        )
    ) AS edge
SELECT
    toUnixTimestamp64Nano(event_time) AS key_time, message_id, if(topic = '', toString(rank), '') AS version,
    topic, partition, offset, value_hash, edge.2 = {limit:UInt32} AS more
FROM
(
    SELECT event_time, message_id, version AS rank, '' AS topic, 0 AS partition, 0 AS offset, 0 AS value_hash
    FROM handoff_times
    WHERE is_record AND event_time <= {at:DateTime64(9, 'UTC')}
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND event_time >= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
        AND (event_time, message_id) > (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
        AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
        AND ({agent:String} = '' OR source = {agent:String} OR target = {agent:String})
        AND ({source:String} = '' OR source = {source:String})
        AND ({target:String} = '' OR target = {target:String})
        AND ({priority:String} = '' OR priority = {priority:String})
    ORDER BY toStartOfFiveMinutes(event_time), event_time, message_id, rank DESC
    LIMIT 1 BY event_time, message_id
    LIMIT {limit:UInt32}
    UNION ALL
    SELECT event_time, message_id, toUInt256(0), toString(topic), partition, offset, value_hash
    FROM tasks_asked
    WHERE toStartOfFiveMinutes(event_time) <= edge.1
    -- As in tasks.
    ORDER BY event_time, message_id, offset, cityHash64(topic, partition, offset, value_hash) DESC
    LIMIT 1 BY event_time, message_id
    LIMIT {limit:UInt32}
)
WHERE NOT more OR toStartOfFiveMinutes(event_time) <= edge.1
ORDER BY event_time, message_id, rank DESC
LIMIT 1 BY event_time, message_id
LIMIT {limit:UInt32}
