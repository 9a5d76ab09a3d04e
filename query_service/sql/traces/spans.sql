-- Spans of some traces, in the order of their starts, at most so many of each trace: as the view spans
-- has them, which takes longer to plan. Which they are is looked at first, in the key: the wide columns
-- are read of these alone.
SELECT
    TraceId AS trace_id, SpanId AS span_id, ParentSpanId AS parent_span_id, SpanName AS name, AgentSpanKind AS kind,
    AgentName AS agent_name, SpanAttributes['gen_ai.agent.id'] AS agent_id,
    multiIf(
        Record != '' AND JSONExtractString(Record, 'status') != '', JSONExtractString(Record, 'status'),
        SpanAttributes['agent_telemetry.span.status'] != '', SpanAttributes['agent_telemetry.span.status'],
        StatusCode = 'Error', 'failed',
        Ended, 'completed',
        'running') AS status,
    Timestamp AS start_time, EndTimestamp AS end_time,
    if(EndTimestamp < Timestamp, NULL, (toUnixTimestamp64Nano(EndTimestamp) - toUnixTimestamp64Nano(Timestamp)) / 1e6) AS duration_ms,
    Model AS model, Provider AS provider, InputTokens AS input_tokens, OutputTokens AS output_tokens,
    SpanAttributes['gen_ai.tool.name'] AS tool_name, SpanAttributes['error.type'] AS error_type,
    StatusMessage AS error_message, ServiceName AS service_name,
    SpanAttributes AS attributes, ResourceAttributes AS resource_attributes, Events.Timestamp AS event_times,
    Events.Name AS event_names, Events.Attributes AS event_attributes, Oddities AS oddities,
    Links.TraceId AS link_trace_ids, toValidUTF8(Record) AS span_record
FROM otel_traces FINAL
WHERE TraceId IN {trace_ids:Array(String)} AND EventTime <= {at:DateTime64(9, 'UTC')}
ORDER BY TraceId, Timestamp, SpanId
LIMIT {limit:UInt32} BY TraceId
SETTINGS optimize_move_to_prewhere_if_final = 1
