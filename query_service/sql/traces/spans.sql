-- Spans of some traces, in the order of their starts, at most so many of each trace. Which they are is
-- looked at first, in the key: the wide columns are read of these alone.
SELECT
    trace_id, span_id, parent_span_id, name, kind, agent_name, agent_id, status, start_time, end_time, duration_ms,
    model, provider, input_tokens, output_tokens, tool_name, error_type, error_message, service_name,
    attributes, resource_attributes, event_times, event_names, event_attributes, oddities,
    toValidUTF8(record) AS span_record,
    count() OVER (PARTITION BY trace_id) AS span_count
FROM spans
WHERE trace_id IN {trace_ids:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY trace_id, start_time, span_id
LIMIT {limit:UInt32} BY trace_id
SETTINGS optimize_move_to_prewhere_if_final = 1
