-- Traces of settled.sql by their keys, what is shown of them.
WITH
    if(awaits_root AND last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'running', decided) AS status,
    if(status = 'running' OR end_time < start_time, NULL, toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) AS duration_ns,
    if(status = 'running', NULL, end_time) AS ended_at
SELECT
    trace_id, start_time, toUnixTimestamp64Nano(start_time) AS key_time, status, ended_at, duration_ns, span_count, open_spans,
    failed_spans, llm_calls, tool_calls, total_tokens, cost, root_agent_id, root_agent_name, agents, agent_count, models,
    session_id, user_id, failed_span_id, error_message, user_input, final_output, record
FROM trace_summaries FINAL
WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND trace_id IN {trace_ids:Array(String)}
    AND start_time <= {at:DateTime64(9, 'UTC')} AND settled_at <= {at:DateTime64(9, 'UTC')}
SETTINGS optimize_move_to_prewhere_if_final = 1
