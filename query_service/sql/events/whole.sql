-- Events by their ids, as far as they match: each once, at its earliest time.
SELECT
    event_id, trace_id, span_id, event_type, severity, agent_id, agent_name, message, data,
    event_time, oddities,
    toValidUTF8(record) AS event_record,
    toUnixTimestamp64Nano(event_time) AS key_time
FROM events FINAL
PREWHERE event_id IN {ids:Array(String)}
WHERE ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({agent:String} = '' OR replaceAll(lower(agent_name), ' ', '-') = {agent:String})
    AND ({event_type:String} = '' OR event_type = {event_type:String})
    AND ({severity:String} = '' OR severity = {severity:String})
    AND ({text:String} = '' OR positionCaseInsensitiveUTF8(leftUTF8(toValidUTF8(message), 200), {text:String}) > 0)
