-- A row when a span (one of this service too, which is in no list), a record or a message of the trace is
-- known.
SELECT trace_id
FROM trace_index
WHERE trace_id = {trace_id:String}
GROUP BY trace_id
HAVING min(start_time) <= {at:DateTime64(9, 'UTC')}
UNION ALL
SELECT trace_id
FROM trace_messages
WHERE trace_id = {trace_id:String} AND trace_id != '' AND event_time <= {at:DateTime64(9, 'UTC')}
UNION ALL
SELECT TraceId AS trace_id
FROM otel_traces
WHERE TraceId = {trace_id:String} AND EventTime <= {at:DateTime64(9, 'UTC')}
LIMIT 1
