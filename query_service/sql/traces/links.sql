-- Traces that a span of this one links to, and traces with a span that links to this one.
SELECT trace_id, direction, count() AS links, groupArraySorted(10)(span) AS span_ids
FROM
(
    SELECT DISTINCT link.1 AS trace_id, 'to' AS direction, SpanId AS span
    FROM otel_traces FINAL
    ARRAY JOIN arrayZip(Links.TraceId, Links.SpanId) AS link
    PREWHERE TraceId = {trace_id:String}
    WHERE EventTime <= {at:DateTime64(9, 'UTC')} AND link.1 NOT IN ('', {trace_id:String})
    UNION ALL
    SELECT DISTINCT trace_id, 'from' AS direction, span_id AS span
    FROM trace_links
    WHERE linked_trace_id = {trace_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
)
GROUP BY trace_id, direction
ORDER BY direction, trace_id
LIMIT {limit:UInt32}
