-- Spans of agents that ran at a time and had begun since another one; of now those that have not ended. They are
-- looked for among all versions first: FINAL over a day of spans takes longer.
WITH ran AS
(
    SELECT bucket, trace_id, span_id
    FROM span_outlines
    WHERE bucket >= {since:DateTime64(9, 'UTC')} - INTERVAL 5 MINUTE AND bucket <= {at:DateTime64(9, 'UTC')} AND event_time <= {at:DateTime64(9, 'UTC')}
        AND agent_name != '' AND (isNull(end_time) AND status IN ('running', 'waiting') OR end_time > {at:DateTime64(9, 'UTC')})
)
SELECT
    trace_id, span_id, parent_span_id, message_id,
    replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent,
    if(status = 'waiting', 'waiting', 'running') AS status,
    toUnixTimestamp64Nano(event_time) AS began_ns
FROM span_outlines FINAL
WHERE (bucket, trace_id, span_id) IN ran AND agent_name != ''
    AND (isNull(end_time) AND status IN ('running', 'waiting') OR end_time > {at:DateTime64(9, 'UTC')})
ORDER BY event_time, trace_id, span_id
LIMIT {most:UInt32}
