-- As spans.sql, the oldest first.
WITH
    recorded AS
    (
        SELECT trace_id, event_time, record, record_hash
        FROM span_metrics FINAL
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
            AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
            AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
            AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String})
    ),
    ends AS
    (
        SELECT bucket, trace_id, span_id
        FROM
        (
            SELECT bucket, trace_id, span_id
            FROM span_ends
            WHERE {trace_id:String} = '' AND end_bucket <= {at:DateTime64(9, 'UTC')} AND end_time <= {at:DateTime64(9, 'UTC')}
                AND end_bucket >= toStartOfFiveMinutes(fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'))
                AND (end_time, concat(trace_id, '/', span_id)) > (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
                AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
                AND ({agent:String} = '' OR agent = {agent:String})
            ORDER BY end_bucket, end_time, trace_id, span_id
            LIMIT {fetch:UInt32}
        )
        UNION ALL
        SELECT bucket, trace_id, span_id
        FROM span_outlines
        WHERE {trace_id:String} != '' AND (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id = {trace_id:String})
    )
SELECT
    toUnixTimestamp64Nano(time) AS key_time,
    id,
    time,
    metric_record,
    trace_id, agent_id, agent_name, span_id, kind, status, duration_ms, input_tokens, output_tokens, cached_tokens,
    tool_name, service_name, environment, event_count
FROM
(
    SELECT
        event_time AS time, toString(record_hash) AS id, toValidUTF8(record) AS metric_record,
        trace_id, '' AS agent_id, '' AS agent_name, '' AS span_id, '' AS kind, '' AS status, NULL AS duration_ms,
        NULL AS input_tokens, NULL AS output_tokens, NULL AS cached_tokens,
        '' AS tool_name, '' AS service_name, '' AS environment, 0 AS event_count
    FROM recorded
    UNION ALL
    SELECT
        least(greatest(assumeNotNull(end_time), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS time,
        concat(trace_id, '/', span_id) AS id, '' AS metric_record,
        trace_id, agent_id, agent_name, span_id, kind, status,
        if(end_time < start_time, NULL, (toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) / 1e6) AS duration_ms,
        input_tokens, output_tokens, cached_tokens, tool_name, service_name, environment, event_count
    FROM span_outlines FINAL
    WHERE (bucket, trace_id, span_id) IN (SELECT bucket, trace_id, span_id FROM ends)
        AND NOT is_record AND isNotNull(end_time) AND time <= {at:DateTime64(9, 'UTC')}
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String})
        AND span_id NOT IN (SELECT JSONExtractString(record, 'metrics', 'span_id') FROM recorded)
)
WHERE (time, id) > (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
ORDER BY time, id
LIMIT {limit:UInt32}
