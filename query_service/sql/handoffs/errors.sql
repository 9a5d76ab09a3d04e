-- Error reports of a trace, oldest first.
SELECT error_id, error_type, substringUTF8(toValidUTF8(error_message), 1, 200) AS error_message, severity, span_id, agent_name, event_time
FROM error_reports FINAL
WHERE trace_id = {trace_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY event_time, error_id
LIMIT 1000
