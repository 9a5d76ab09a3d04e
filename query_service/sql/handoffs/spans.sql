-- Spans of a trace, oldest first: those of a message, and what ran below, are chosen of them.
SELECT
    SpanId AS span_id, ParentSpanId AS parent_span_id, toString(SpanName) AS name, toString(SpanKind) AS otel_kind,
    AgentName AS agent_name, AgentSpanKind AS kind, MessageId AS message_id, EventTime AS start_time,
    if(Ended, EndTimestamp, NULL) AS end_time, toString(StatusCode) AS status_code, StatusMessage AS status_message
FROM otel_traces FINAL
WHERE TraceId = {trace_id:String} AND EventTime <= {at:DateTime64(9, 'UTC')}
ORDER BY start_time, span_id
LIMIT 10000
SETTINGS optimize_move_to_prewhere_if_final = 1
