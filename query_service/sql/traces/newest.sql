-- The newest traces that the observer has worked out, as they are now, of those that began since the latest
-- `fetch` rows.
WITH
    if(awaits_root AND last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'running', decided) AS status,
    if(status = 'running' OR end_time < start_time, NULL, toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) AS duration_ns,
    if(status = 'running', NULL, end_time) AS ended_at
SELECT
    trace_id, start_time, toUnixTimestamp64Nano(start_time) AS key_time, status, ended_at, duration_ns, span_count, open_spans,
    failed_spans, llm_calls, tool_calls, total_tokens, cost, root_agent_id, root_agent_name, agents, agent_count, models,
    session_id, user_id, failed_span_id, error_message, user_input, final_output, record
FROM trace_summaries FINAL
WHERE bucket >= (SELECT min(bucket) FROM (SELECT bucket FROM trace_summaries ORDER BY bucket DESC LIMIT {fetch:UInt32}))
    AND start_time >= {since:DateTime64(9, 'UTC')}
    AND (NOT {is_touched:Bool} OR trace_id NOT IN
    (
        SELECT trace_id
        FROM arrivals
        WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
            AND kind IN ('span', 'trace_record')
    ))
ORDER BY start_time DESC, trace_id DESC
LIMIT {limit:UInt32}
