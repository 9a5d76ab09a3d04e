-- As count.sql, of all times, where everything is worked out.
SELECT toInt64(sum(ended_otlp)) AS spans
FROM span_rollups FINAL
WHERE step = 3600 AND ({agent:String} = '' OR agent = {agent:String})
