-- Who did what when in a trace, and for which message, in the order of the starts of its spans, so many of them.
SELECT span_id, parent_span_id, name, kind, agent_name, status, start_time, end_time, message_id
FROM span_outlines FINAL
WHERE (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id = {trace_id:String})
    AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY start_time, span_id
LIMIT {limit:UInt32}
SETTINGS optimize_move_to_prewhere_if_final = 1
