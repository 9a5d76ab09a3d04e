-- The parent of each span of some traces.
SELECT TraceId AS unit, SpanId AS span, argMax(ParentSpanId, Version) AS parent
FROM otel_traces
WHERE TraceId IN {units:Array(String)}
GROUP BY unit, span
LIMIT {most:UInt32}
