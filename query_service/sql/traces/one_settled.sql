-- One trace as the observer has worked it out, when that holds: nothing of it came since, or happened
-- after `at`. Working it out anew costs more in planning than all else that a trace is shown with.
SELECT
    trace_id, start_time, toUnixTimestamp64Nano(start_time) AS key_time, status, ended_at, duration_ns, span_count, open_spans,
    failed_spans, llm_calls, tool_calls, total_tokens, cost, root_agent_id, root_agent_name, agents, agent_count, models,
    session_id, user_id, failed_span_id, error_message, user_input, final_output, record
FROM traces_settled(at = {at:DateTime64(9, 'UTC')}, now = {now:DateTime64(9, 'UTC')})
WHERE (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id = {trace_id:String})
    AND trace_id NOT IN
    (
        SELECT trace_id
        FROM traces_touched(touched_from = '1970-01-01 00:00:00', touched_to = '2100-01-01 00:00:00')
        WHERE trace_id = {trace_id:String}
    )
