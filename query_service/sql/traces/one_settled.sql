-- One trace as the observer has worked it out, when that holds: nothing of it came since, or happened
-- after `at`. As the views traces_settled and traces_touched have it: to plan them takes as long again.
WITH
    (
        SELECT max(since)
        FROM observer_progress FINAL
        WHERE job = 'traces'
    ) AS position
SELECT
    trace_id, start_time, toUnixTimestamp64Nano(start_time) AS key_time,
    if(awaits_root AND last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'running', decided) AS status,
    if(status = 'running', NULL, end_time) AS ended_at,
    if(status = 'running' OR end_time < start_time, NULL, toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) AS duration_ns,
    span_count, open_spans, failed_spans, llm_calls, tool_calls, total_tokens, cost, root_agent_id, root_agent_name,
    agents, agent_count, models, session_id, user_id, failed_span_id, error_message, user_input, final_output, record
FROM trace_summaries FINAL
WHERE (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id = {trace_id:String})
    AND bucket <= {at:DateTime64(9, 'UTC')} AND start_time <= {at:DateTime64(9, 'UTC')} AND settled_at <= {at:DateTime64(9, 'UTC')}
    AND position >= now() - INTERVAL 46 HOUR
    AND NOT
    (
        SELECT count() > 0
        FROM arrivals
        WHERE inserted_at >= position AND kind IN ('span', 'trace_record') AND trace_id = {trace_id:String}
    )
SETTINGS optimize_move_to_prewhere_if_final = 1
