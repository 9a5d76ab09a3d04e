-- Spans that have every word, the newest: as words_message.sql.
SELECT 'span' AS kind, span_id AS id, trace_id, '' AS resource_id,
    replaceAll(lower(agent_name), ' ', '-') AS agent, event_time, toUnixTimestamp64Nano(event_time) AS key_time, name AS title,
    arrayStringConcat(arrayFilter(t -> t != '', [error_message, user_input, response]), ' · ') AS preview,
    toUInt64(ended) AS place
FROM
(
    SELECT span_id, trace_id, agent_name, event_time, name, error_message, user_input, response, end_time IS NOT NULL AS ended
    FROM span_outlines
    WHERE bucket >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND event_time <= {at:DateTime64(9, 'UTC')}
        AND ({after_kind:String} = '' OR (-toUnixTimestamp64Nano(event_time), 'span', span_id, trace_id)
            > (-{after_time:Int64}, {after_kind:String}, {after_id:String}, {after_trace:String}))
        AND hasAllTokens(search_text, {words:Array(String)})
    ORDER BY bucket DESC, event_time DESC
    LIMIT {limit:UInt32} WITH TIES
)
ORDER BY event_time DESC, id, trace_id, place DESC, agent
LIMIT {limit:UInt32}
