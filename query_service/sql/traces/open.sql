-- Traces that are worked out anew: those with arrivals that the observer has not worked out, those
-- of which something happened after `at`, or the one asked for. Filters as in settled.sql.
SELECT
    trace_id, start_time, toUnixTimestamp64Nano(start_time) AS key_time, status, ended_at, duration_ns, span_count, open_spans,
    failed_spans, llm_calls, tool_calls, total_tokens, cost, root_agent_id, root_agent_name, agents, agent_count, models,
    session_id, user_id, failed_span_id, error_message, user_input, final_output, record
FROM traces_open(
    at = {at:DateTime64(9, 'UTC')},
    now = {now:DateTime64(9, 'UTC')},
    touched_from = {touched_from:DateTime64(6, 'UTC')},
    touched_to = {touched_to:DateTime64(6, 'UTC')},
    trace_id = {trace_id:String})
WHERE start_time >= {since:DateTime64(9, 'UTC')} AND start_time < {until:DateTime64(9, 'UTC')}
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
