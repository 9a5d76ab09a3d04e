-- Spans of one trace in the order of their ids, as they are stored: names and what follows from several
-- columns are made of it elsewhere, which takes longer to plan than to read. Without FINAL, so that ClickHouse's
-- cache of conditions knows where they are when they are asked for again; of their versions the one that
-- a merge keeps. `is_asked`: it had begun by then.
SELECT
    TraceId, SpanId, ParentSpanId, SpanName, AgentSpanKind, AgentName, StatusCode, Ended, Timestamp, EndTimestamp, Model, Provider,
    InputTokens, OutputTokens, StatusMessage, ServiceName, SpanAttributes, ResourceAttributes, Events.Timestamp, Events.Name,
    Events.Attributes, Links.TraceId, Oddities, toValidUTF8(Record) AS span_record, JSONExtractString(Record, 'status') AS recorded_status,
    toUnixTimestamp64Nano(Timestamp) AS start_ns, toUnixTimestamp64Nano(EndTimestamp) AS end_ns,
    EventTime <= {at:DateTime64(9, 'UTC')} AS is_asked
FROM otel_traces
WHERE TraceId = {trace_id:String}
ORDER BY SpanId, Version DESC
LIMIT 1 BY SpanId
LIMIT {limit:UInt32}
