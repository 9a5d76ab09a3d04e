-- A row when a span, a record or a message of the trace is known.
SELECT trace_id
FROM trace_index
WHERE trace_id = {trace_id:String}
GROUP BY trace_id
HAVING min(start_time) <= {at:DateTime64(9, 'UTC')}
UNION ALL
SELECT trace_id
FROM trace_messages
WHERE trace_id = {trace_id:String} AND trace_id != '' AND event_time <= {at:DateTime64(9, 'UTC')}
LIMIT 1
