-- Spans of some traces without what is big, in the order of their starts, so many of each trace.
SELECT
    trace_id, span_id, parent_span_id, name, kind, agent_name, agent_id, status, start_time, end_time,
    if(end_time < start_time, NULL, (toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6) AS duration_ms,
    model, provider, input_tokens, output_tokens, cached_tokens, tool_name, error_type, error_message, service_name, message_id, is_record
FROM span_outlines FINAL
WHERE (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id IN {trace_ids:Array(String)})
    AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY trace_id, start_time, span_id
LIMIT {limit:UInt32} BY trace_id
