-- One trace as the observer has worked it out, in one of the five minutes that its spans and its record
-- started in, as it is stored. Of its versions the latest, which a merge keeps: FINAL takes longer.
SELECT
    trace_id, start_time, end_time, decided, awaits_root, is_deleted, span_count, open_spans, failed_spans, llm_calls, tool_calls,
    total_tokens, cost, root_agent_id, root_agent_name, agents, agent_count, models, session_id, user_id, failed_span_id,
    error_message, user_input, final_output, record, toUnixTimestamp64Nano(start_time) AS start_ns,
    toUnixTimestamp64Nano(end_time) AS end_ns, toUnixTimestamp64Nano(last_sign) AS last_sign_ns, toUnixTimestamp64Nano(settled_at) AS settled_ns
FROM trace_summaries
WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND trace_id = {trace_id:String}
ORDER BY bucket, computed_at DESC
LIMIT 1 BY bucket
