-- Spans of a trace in the order of their starts, so many of them: who did what when, as the view spans
-- has it, which takes longer to plan. Its JSON record has what only that tells.
SELECT
    SpanId AS span_id, ParentSpanId AS parent_span_id, SpanName AS name, AgentSpanKind AS kind, AgentName AS agent_name,
    SpanAttributes['gen_ai.agent.id'] AS agent_id,
    multiIf(
        Record != '' AND JSONExtractString(Record, 'status') != '', JSONExtractString(Record, 'status'),
        SpanAttributes['agent_telemetry.span.status'] != '', SpanAttributes['agent_telemetry.span.status'],
        StatusCode = 'Error', 'failed',
        Ended, 'completed',
        'running') AS status,
    Timestamp AS start_time, EndTimestamp AS end_time,
    if(EndTimestamp < Timestamp, NULL, (toUnixTimestamp64Nano(EndTimestamp) - toUnixTimestamp64Nano(Timestamp)) / 1e6) AS duration_ms,
    MessageId AS message_id, toValidUTF8(Record) AS span_record
FROM otel_traces FINAL
WHERE TraceId = {trace_id:String} AND EventTime <= {at:DateTime64(9, 'UTC')}
ORDER BY Timestamp, SpanId
LIMIT {limit:UInt32}
SETTINGS optimize_move_to_prewhere_if_final = 1
