-- Error reports of a trace, oldest first. Their ids come first: FINAL over what the index of traces lets
-- pass reads more, since an id may be in any part.
SELECT error_id, error_type, substringUTF8(toValidUTF8(error_message), 1, 200) AS error_message, severity, span_id, agent_name, event_time
FROM error_reports FINAL
WHERE error_id IN (SELECT error_id FROM error_reports WHERE trace_id = {trace_id:String})
    AND trace_id = {trace_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY event_time, error_id
LIMIT 1000
SETTINGS optimize_move_to_prewhere_if_final = 1, use_skip_indexes_if_final = 0
