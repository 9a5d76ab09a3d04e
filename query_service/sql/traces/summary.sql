-- One trace as the observer has worked it out, in each of some five minutes, as it is stored, each version.
SELECT
    bucket, trace_id, start_time, end_time, decided, awaits_root, is_deleted, span_count, open_spans, failed_spans, llm_calls,
    tool_calls, total_tokens, cost, root_agent_id, root_agent_name, agents, agent_count, models, session_id, user_id,
    failed_span_id, error_message, user_input, final_output, record, toUnixTimestamp64Nano(start_time) AS start_ns,
    toUnixTimestamp64Nano(end_time) AS end_ns, toUnixTimestamp64Nano(last_sign) AS last_sign_ns,
    toUnixTimestamp64Nano(settled_at) AS settled_ns, computed_at
FROM trace_summaries
WHERE (bucket, trace_id) IN {places:Array(Tuple(DateTime('UTC'), String))}
