-- Traces that spans of this one link to.
SELECT trace_id, count() AS links, groupArraySorted(10)(SpanId) AS span_ids
FROM
(
    SELECT SpanId, arrayJoin(arrayDistinct(Links.TraceId)) AS trace_id
    FROM otel_traces FINAL
    WHERE TraceId = {trace_id:String} AND EventTime <= {at:DateTime64(9, 'UTC')}
)
WHERE trace_id NOT IN ('', {trace_id:String})
GROUP BY trace_id
ORDER BY trace_id
LIMIT {limit:UInt32}
