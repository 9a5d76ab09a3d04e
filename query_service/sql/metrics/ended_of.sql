-- Ended spans of OTLP as in ended.sql, by their ids. Of their versions the one that a merge keeps: FINAL
-- takes longer. `is_asked`: that one ended, and started in the window.
SELECT
    toUnixTimestamp64Nano(time) AS key_time,
    concat(trace_id, '/', span_id) AS id,
    least(greatest(assumeNotNull(end_time), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS time,
    '' AS metric_record,
    bucket, trace_id, agent_id, agent_name, span_id, kind, status,
    if(end_time < start_time, NULL, (toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6) AS duration_ms,
    input_tokens, output_tokens, cached_tokens, tool_name, service_name, environment, event_count,
    NOT is_record AND isNotNull(end_time) AND time <= {at:DateTime64(9, 'UTC')}
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String}) AS is_asked
FROM span_outlines
WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND trace_id IN {trace_ids:Array(String)} AND span_id IN {span_ids:Array(String)}
ORDER BY bucket, trace_id, span_id, version DESC
LIMIT 1 BY bucket, trace_id, span_id
