-- Spans of one trace as they are stored, in any order, each version: names, what follows from several columns
-- and which version counts is made of it elsewhere, which takes longer to plan than to read. Without FINAL,
-- so that ClickHouse's cache of conditions knows where they are when they are asked for again. `is_asked`: it
-- had begun by then.
SELECT
    TraceId, SpanId, ParentSpanId, SpanName, AgentSpanKind, AgentName, StatusCode, Ended, Timestamp, EndTimestamp, Model, Provider,
    InputTokens, OutputTokens, StatusMessage, ServiceName, SpanAttributes, ResourceAttributes, Events.Timestamp, Events.Name,
    Events.Attributes, Links.TraceId, Oddities, toValidUTF8(Record) AS span_record, JSONExtractString(Record, 'status') AS recorded_status,
    toUnixTimestamp64Nano(Timestamp) AS start_ns, toUnixTimestamp64Nano(EndTimestamp) AS end_ns,
    EventTime <= {at:DateTime64(9, 'UTC')} AS is_asked, Version
FROM otel_traces
WHERE TraceId = {trace_id:String}
LIMIT {limit:UInt32}
