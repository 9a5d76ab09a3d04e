-- Where a page of the traces is that the observer has worked out as they are, newest or longest first: as the
-- view traces_settled has them, which takes longer to plan. Only those that began since the latest
-- `fetch` rows are looked at, or all with 0; in a page of the newest, when it is full, there are no others.
-- `turn` -1 is the other way round: then those that spans moved back since the first page stay where they were.
WITH
    if(awaits_root AND last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'running', decided) AS status,
    if(status = 'running' OR end_time < start_time, NULL, toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) AS duration_ns
SELECT bucket, trace_id, toUnixTimestamp64Nano(start_time) AS key_time, duration_ns
FROM trace_summaries FINAL
WHERE bucket >=
    (
        SELECT min(bucket)
        FROM
        (
            SELECT bucket
            FROM trace_summaries
            WHERE bucket <= least({at:DateTime64(9, 'UTC')}, {until:DateTime64(9, 'UTC')}, fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'))
            ORDER BY bucket DESC
            LIMIT {fetch:UInt32}
        )
    )
    AND bucket <= {at:DateTime64(9, 'UTC')} AND start_time <= {at:DateTime64(9, 'UTC')} AND settled_at <= {at:DateTime64(9, 'UTC')}
    -- To the end of times: nothing is worked out as it is.
    AND {touched_to:DateTime64(6, 'UTC')} < toDateTime64('2100-01-01 00:00:00', 6, 'UTC')
    AND trace_id NOT IN
    (
        SELECT trace_id
        FROM arrivals
        WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
            AND kind IN ('span', 'trace_record')
    )
    AND bucket >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')}) AND bucket <= {until:DateTime64(9, 'UTC')}
    AND start_time >= {since:DateTime64(9, 'UTC')} AND start_time < {until:DateTime64(9, 'UTC')}
    AND ({turn:Int8} < 0 OR (start_time, trace_id) < (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String}))
    AND ({turn:Int8} > 0 OR (-transform(trace_id, {moved:Array(String)}, {moved_from:Array(Int64)}, toUnixTimestamp64Nano(start_time)), trace_id) < (-{after_time:Int64}, {after_id:String}))
    AND ({status:String} = '' OR status = {status:String})
    AND ({session_id:String} = '' OR session_id = {session_id:String})
    AND ({user_id:String} = '' OR user_id = {user_id:String})
    AND ({agent:String} = '' OR has(agents, {agent:String}))
    AND ({model:String} = '' OR has(models, {model:String}))
    AND ({error:String} = '' OR (failed_spans > 0) = ({error:String} = 'true'))
    AND ifNull(duration_ns, 0) >= {min_duration_ns:Int64}
    AND ({max_duration_ns:Int64} < 0 OR duration_ns <= {max_duration_ns:Int64})
    AND ({text:String} = '' OR positionCaseInsensitiveUTF8(user_input, {text:String}) > 0
        OR positionCaseInsensitiveUTF8(final_output, {text:String}) > 0
        OR positionCaseInsensitiveUTF8(error_message, {text:String}) > 0
        OR arrayExists(n -> positionCaseInsensitiveUTF8(n, {text:String}) > 0, names))
    AND ({attribute:String} = '' OR trace_id IN
    (
        SELECT TraceId
        FROM otel_traces
        WHERE {attribute:String} != '' AND SpanAttributes[{attribute:String}] = {attribute_value:String}
            AND EventTime <= {at:DateTime64(9, 'UTC')}
    ))
    AND ({turn:Int8} < 0 OR NOT has({moved:Array(String)}, trace_id))
ORDER BY
    if(
        {sort:String} = 'duration',
        ifNull({turn:Int8} * duration_ns, if({turn:Int8} > 0, -1, -9223372036854775807)),
        if({turn:Int8} < 0, -transform(trace_id, {moved:Array(String)}, {moved_from:Array(Int64)}, toUnixTimestamp64Nano(start_time)), 0)) DESC,
    start_time DESC, trace_id DESC
LIMIT {limit:UInt32}
