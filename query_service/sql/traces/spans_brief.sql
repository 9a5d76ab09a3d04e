-- Spans of a trace in the order of their starts, so many of them: who did what when. Its JSON record
-- has what only that tells.
SELECT
    trace_id, span_id, parent_span_id, kind, agent_name, agent_id, status, start_time, end_time, duration_ms,
    toValidUTF8(record) AS span_record
FROM spans
WHERE trace_id = {trace_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY start_time, span_id
LIMIT {limit:UInt32}
SETTINGS optimize_move_to_prewhere_if_final = 1
