-- Ended spans of OTLP that started in a window, of some five minutes.
SELECT toInt64(count()) AS spans
FROM span_outlines FINAL
WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND NOT is_record AND isNotNull(end_time)
    AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String})
