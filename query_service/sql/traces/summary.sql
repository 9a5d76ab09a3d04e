-- One trace as the observer has worked it out, in one of the five minutes that its spans and its record
-- started in, when nothing of it happened after `at`. Of its versions the latest, which a merge keeps:
-- FINAL takes longer.
SELECT
    trace_id, start_time, toUnixTimestamp64Nano(start_time) AS key_time,
    if(awaits_root AND last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'running', decided) AS status,
    if(status = 'running', NULL, end_time) AS ended_at,
    if(status = 'running' OR end_time < start_time, NULL, toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) AS duration_ns,
    span_count, open_spans, failed_spans, llm_calls, tool_calls, total_tokens, cost, root_agent_id, root_agent_name,
    agents, agent_count, models, session_id, user_id, failed_span_id, error_message, user_input, final_output, record,
    NOT is_deleted AND start_time <= {at:DateTime64(9, 'UTC')} AND settled_at <= {at:DateTime64(9, 'UTC')} AS is_asked
FROM trace_summaries
WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND trace_id = {trace_id:String}
ORDER BY bucket, computed_at DESC
LIMIT 1 BY bucket
