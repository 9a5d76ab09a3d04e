-- Errors that have every word, the newest: as words_message.sql, but each of these few is read.
SELECT 'error' AS kind, error_id AS id, trace_id, '' AS resource_id,
    replaceAll(lower(agent_name), ' ', '-') AS agent, event_time, error_type AS title, error_message AS preview,
    toUInt64(origin != 'queue') AS place
FROM error_reports
WHERE event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND arrayMin(multiSearchAllPositions(lowerUTF8(concat(error_type, ' ', error_message)), {words:Array(String)})) > 0
ORDER BY event_time DESC
LIMIT {limit:UInt32}
