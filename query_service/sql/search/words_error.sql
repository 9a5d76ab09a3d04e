-- Errors that have every word, the newest: as words_message.sql, but each of these few is read: its text before
-- its other columns, which takes a third less.
SELECT 'error' AS kind, error_id AS id, trace_id, '' AS resource_id,
    replaceAll(lower(agent_name), ' ', '-') AS agent, event_time, toUnixTimestamp64Nano(event_time) AS key_time,
    error_type AS title, error_message AS preview,
    toUInt64(origin != 'queue') AS place
FROM error_reports
PREWHERE event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND arrayMin(multiSearchAllPositions(lowerUTF8(concat(error_type, ' ', error_message)), {words:Array(String)})) > 0
WHERE ({after_kind:String} = '' OR (-toUnixTimestamp64Nano(event_time), 'error', error_id, trace_id)
        > (-{after_time:Int64}, {after_kind:String}, {after_id:String}, {after_trace:String}))
ORDER BY event_time DESC, id, trace_id, place DESC, agent
LIMIT {limit:UInt32}
