-- Messages, spans and errors that have every word, the newest of each kind. A row that came twice
-- is here twice. The indexes know which rows have whole words; of the few errors each is read.
SELECT 'message' AS kind, message_id AS id, trace_id, parent_message_id AS resource_id, agent, event_time,
    concat(message_type, ' ', source_agent, ' → ', target_agent) AS title,
    trimBoth(concat(reason, ' ', substringUTF8(payload, greatest(1, toInt64(positionCaseInsensitiveUTF8(payload, {words:Array(String)}[1])) - 60), 200))) AS preview,
    bitNot(value_hash) AS place
FROM
(
    SELECT message_id, trace_id, parent_message_id, agent, event_time, message_type, source_agent, target_agent, reason, payload, value_hash
    FROM agent_messages
    WHERE has({kinds:Array(String)}, 'message')
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND event_time <= {at:DateTime64(9, 'UTC')}
        AND hasAllTokens(search_text, {words:Array(String)})
    ORDER BY toStartOfFiveMinutes(event_time) DESC, event_time DESC
    LIMIT {limit:UInt32}
)
UNION ALL
SELECT 'span' AS kind, span_id AS id, trace_id, '' AS resource_id,
    replaceAll(lower(agent_name), ' ', '-') AS agent, event_time, name AS title,
    arrayStringConcat(arrayFilter(t -> t != '', [error_message, user_input, response]), ' · ') AS preview,
    toUInt64(ended) AS place
FROM
(
    SELECT span_id, trace_id, agent_name, event_time, name, error_message, user_input, response, end_time IS NOT NULL AS ended
    FROM span_outlines
    WHERE has({kinds:Array(String)}, 'span')
        AND bucket >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND event_time <= {at:DateTime64(9, 'UTC')}
        AND hasAllTokens(search_text, {words:Array(String)})
    ORDER BY bucket DESC, event_time DESC
    LIMIT {limit:UInt32}
)
UNION ALL
SELECT 'error' AS kind, error_id AS id, trace_id, '' AS resource_id,
    replaceAll(lower(agent_name), ' ', '-') AS agent, event_time, error_type AS title, error_message AS preview,
    toUInt64(origin != 'queue') AS place
FROM error_reports
WHERE has({kinds:Array(String)}, 'error')
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND arrayMin(multiSearchAllPositions(lowerUTF8(concat(error_type, ' ', error_message)), {words:Array(String)})) > 0
ORDER BY event_time DESC
LIMIT {limit:UInt32}
