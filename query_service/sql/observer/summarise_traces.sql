-- One row for each trace touched, and the mark that it is in no other bucket.
INSERT INTO trace_summaries
(
    bucket, trace_id, start_time, end_time, last_sign, settled_at, decided, awaits_root, span_count, open_spans, running_spans,
    failed_spans, llm_calls, tool_calls, total_tokens, cost, root_agent_id, root_agent_name, agents, agent_count, models,
    session_id, user_id, names, failed_span_id, error_message, user_input, final_output, record, arrived_at, is_deleted
)
WITH computed AS
(
    SELECT *
    FROM traces_computed(
        at = '2100-01-01 00:00:00',
        touched_from = '1970-01-01 00:00:00',
        touched_to = {touched_to:DateTime64(6, 'UTC')},
        bucket_from = {bucket_from:DateTime('UTC')},
        bucket_to = {bucket_to:DateTime('UTC')},
        trace_id = '')
)
SELECT
    arrayJoin(c.buckets) AS place,
    trace_id, start_time, end_time, last_sign, settled_at, decided, awaits_root, span_count, open_spans, running_spans,
    failed_spans, llm_calls, tool_calls, total_tokens, cost, root_agent_id, root_agent_name, agents, agent_count, models,
    session_id, user_id, names, failed_span_id, error_message, user_input, final_output, record, arrived_at,
    place != c.bucket AS is_deleted
FROM computed AS c
