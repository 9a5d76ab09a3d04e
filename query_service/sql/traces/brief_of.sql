-- Who did what when in one trace, as it is stored: as in spans_of.sql.
SELECT
    SpanId, ParentSpanId, SpanName, AgentSpanKind, AgentName, SpanAttributes['gen_ai.agent.id'] AS agent_id,
    SpanAttributes['agent_telemetry.span.status'] AS told_status, JSONExtractString(Record, 'status') AS recorded_status, StatusCode,
    Ended, Timestamp, EndTimestamp, MessageId, toValidUTF8(Record) AS span_record, toUnixTimestamp64Nano(Timestamp) AS start_ns,
    toUnixTimestamp64Nano(EndTimestamp) AS end_ns, EventTime <= {at:DateTime64(9, 'UTC')} AS is_asked, Version
FROM otel_traces
WHERE TraceId = {trace_id:String}
LIMIT {limit:UInt32}
