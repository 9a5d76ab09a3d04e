-- As ended.sql, the oldest first.
SELECT
    toUnixTimestamp64Nano(time) AS key_time,
    concat(trace_id, '/', span_id) AS id,
    least(greatest(assumeNotNull(end_time), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS time,
    '' AS metric_record,
    trace_id, agent_id, agent_name, span_id, kind, status,
    if(end_time < start_time, NULL, (toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6) AS duration_ms,
    input_tokens, output_tokens, cached_tokens, tool_name, service_name, environment, event_count
FROM span_outlines FINAL
WHERE (bucket, trace_id, span_id) IN
    (
        SELECT bucket, trace_id, span_id
        FROM span_ends
        WHERE end_bucket <= {at:DateTime64(9, 'UTC')} AND end_time <= {at:DateTime64(9, 'UTC')}
            AND end_bucket >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'))
            AND (end_time, concat(trace_id, '/', span_id)) > (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
            AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
            AND ({agent:String} = '' OR agent = {agent:String})
        ORDER BY end_bucket, end_time, trace_id, span_id
        LIMIT {fetch:UInt32}
    )
    AND NOT is_record AND isNotNull(end_time) AND time <= {at:DateTime64(9, 'UTC')}
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String})
    AND (time, id) > (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
ORDER BY time, id
LIMIT {limit:UInt32}
SETTINGS optimize_move_to_prewhere_if_final = 1
