-- One row when a span or a record of the trace is known.
SELECT trace_id
FROM trace_index
WHERE trace_id = {trace_id:String}
GROUP BY trace_id
HAVING min(start_time) <= {at:DateTime64(9, 'UTC')}
