-- Messages that have every word, the newest. A row that came twice is here twice. The index knows
-- which rows have whole words. Only the time is read of each hit; equal times come whole, then in order.
SELECT 'message' AS kind, message_id AS id, trace_id, parent_message_id AS resource_id, agent,
    event_time, toUnixTimestamp64Nano(event_time) AS key_time,
    concat(message_type, ' ', source_agent, ' → ', target_agent) AS title,
    trimBoth(concat(reason, ' ', substringUTF8(payload, greatest(1, toInt64(positionCaseInsensitiveUTF8(payload, {words:Array(String)}[1])) - 60), 200))) AS preview,
    bitNot(value_hash) AS place
FROM
(
    SELECT message_id, trace_id, parent_message_id, agent, event_time, message_type, source_agent, target_agent, reason, payload, value_hash
    FROM agent_messages
    WHERE event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND event_time <= {at:DateTime64(9, 'UTC')}
        AND ({after_kind:String} = '' OR (-toUnixTimestamp64Nano(event_time), 'message', message_id, trace_id)
            > (-{after_time:Int64}, {after_kind:String}, {after_id:String}, {after_trace:String}))
        AND hasAllTokens(search_text, {words:Array(String)})
    ORDER BY toStartOfFiveMinutes(event_time) DESC, event_time DESC
    LIMIT {limit:UInt32} WITH TIES
)
ORDER BY event_time DESC, id, trace_id, place DESC, agent
LIMIT {limit:UInt32}
