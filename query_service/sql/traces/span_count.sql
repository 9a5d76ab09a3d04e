-- How many spans a trace has.
SELECT count() AS spans
FROM otel_traces FINAL
WHERE TraceId = {trace_id:String} AND EventTime <= {at:DateTime64(9, 'UTC')}
SETTINGS optimize_move_to_prewhere_if_final = 1
