-- Metric records as they came, and one of each ended OTLP span that no record speaks of.
WITH
    recorded AS
    (
        SELECT trace_id, agent_name, event_time, record, record_hash
        FROM span_metrics FINAL
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
            AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
            AND ({agent:String} = '' OR replaceAll(lower(agent_name), ' ', '-') = {agent:String})
    ),
    points AS
    (
        SELECT event_time AS time, toString(record_hash) AS id, record, trace_id, '' AS span_id
        FROM recorded
        UNION ALL
        SELECT
            least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS time,
            span_id AS id, '' AS record, trace_id, span_id
        FROM spans
        WHERE time <= {at:DateTime64(9, 'UTC')} AND spans.record = ''
            AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
            AND ({agent:String} = '' OR replaceAll(lower(agent_name), ' ', '-') = {agent:String})
            AND span_id NOT IN (SELECT JSONExtractString(record, 'metrics', 'span_id') FROM recorded)
    ),
    page AS
    (
        SELECT *, count() OVER () AS total
        FROM points
        ORDER BY time DESC, trace_id, id
        LIMIT {limit:UInt32}
    )
SELECT
    page.time AS time,
    page.total AS total,
    toValidUTF8(page.record) AS metric_record,
    page.trace_id AS trace_id,
    page.span_id AS span_id,
    s.agent_id AS agent_id,
    s.agent_name AS agent_name,
    s.kind AS kind,
    s.status AS status,
    s.duration_ms AS duration_ms,
    s.input_tokens AS input_tokens,
    s.output_tokens AS output_tokens,
    s.tool_name AS tool_name,
    s.attributes AS attributes,
    s.resource_attributes AS resource_attributes,
    s.service_name AS service_name,
    length(s.event_names) AS event_count
FROM page
LEFT JOIN
(
    SELECT * FROM spans WHERE trace_id IN (SELECT trace_id FROM page WHERE span_id != '')
) AS s ON s.trace_id = page.trace_id AND s.span_id = page.span_id
ORDER BY page.time DESC, page.trace_id, page.id
