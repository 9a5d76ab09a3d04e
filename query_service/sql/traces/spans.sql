-- Spans of some traces, in the order of their starts, at most so many of each trace. Which they are is
-- looked at first, in the key: the wide columns are read of these alone.
SELECT
    *,
    toValidUTF8(record) AS span_record,
    count() OVER (PARTITION BY trace_id) AS span_count
FROM spans
WHERE trace_id IN {trace_ids:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY trace_id, start_time, span_id
LIMIT {limit:UInt32} BY trace_id
SETTINGS optimize_move_to_prewhere_if_final = 1
