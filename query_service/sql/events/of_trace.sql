-- Events of a trace, oldest first. Their ids come first: FINAL over what the index of traces lets pass
-- reads a half of the table, since an id may be in any part.
SELECT
    event_id, trace_id, span_id, event_type, severity, agent_id, agent_name, message, data,
    event_time, oddities,
    toValidUTF8(record) AS event_record
FROM events FINAL
WHERE event_id IN (SELECT event_id FROM events WHERE trace_id = {trace_id:String})
    AND trace_id = {trace_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY event_time, event_id
SETTINGS optimize_move_to_prewhere_if_final = 1, use_skip_indexes_if_final = 0
