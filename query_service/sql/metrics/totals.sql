-- Totals over all traces; the status of a trace as in traces/page.sql.
WITH
    of_trace AS
    (
        SELECT
            trace_id, span_id, parent_span_id, kind, event_time, end_time,
            least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) <= {at:DateTime64(9, 'UTC')}
                OR (isNull(end_time) AND status NOT IN ('running', 'waiting')) AS is_over,
            if(is_over, status, 'running') AS state,
            if(is_over AND kind = 'llm_call', ifNull(input_tokens, 0) + ifNull(output_tokens, 0), 0) AS tokens
        FROM spans
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
    ),
    summaries AS
    (
        SELECT
            trace_id,
            min(event_time) AS first_start,
            maxIf(end_time, is_over) AS last_end,
            greatest(max(event_time), ifNull(last_end, max(event_time))) AS last_sign,
            countIf(state = 'running') AS active,
            countIf(state IN ('running', 'waiting')) AS running,
            groupArray(span_id) AS ids,
            groupArrayIf(parent_span_id, state = 'failed') AS parents_of_failed,
            countIf(parent_span_id = '') > 0 AS has_root,
            argMin(state, (parent_span_id != '', event_time, span_id)) AS root_state,
            sum(tokens) AS tokens,
            countIf(kind = 'llm_call') AS llm_calls
        FROM of_trace
        GROUP BY trace_id
    ),
    records AS
    (
        SELECT trace_id, status, end_time
        FROM trace_records FINAL
        WHERE ifNull(end_time, event_time) <= {at:DateTime64(9, 'UTC')}
    ),
    started AS
    (
        SELECT trace_id, min(start_time) AS start_time
        FROM trace_index
        GROUP BY trace_id
        HAVING start_time <= {at:DateTime64(9, 'UTC')}
    )
SELECT
    count() AS total_traces,
    countIf(status = 'completed') AS completed_traces,
    countIf(status = 'failed') AS failed_traces,
    countIf(status = 'running') AS running_traces,
    sum(tokens) AS total_tokens,
    sum(llm_calls) AS total_llm_calls,
    avgOrNullIf(duration_ms, status = 'completed') AS avg_duration_ms,
    sum(active) AS active_spans
FROM
(
    SELECT
        multiIf(
            r.status = 'failed' OR arrayExists(p -> p = '' OR NOT has(s.ids, p), s.parents_of_failed), 'failed',
            r.status NOT IN ('', 'running', 'waiting'), r.status,
            s.running > 0 OR (NOT s.has_root AND s.last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR), 'running',
            s.root_state = 'cancelled', 'cancelled',
            'completed') AS status,
        greatest(ifNull(r.end_time, s.last_end), ifNull(s.last_end, r.end_time)) AS ended_at,
        if(ended_at < n.start_time, NULL, (toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(n.start_time)) / 1e6) AS duration_ms,
        s.tokens AS tokens,
        s.llm_calls AS llm_calls,
        s.active AS active
    FROM started AS n
    LEFT JOIN records AS r ON r.trace_id = n.trace_id
    LEFT JOIN summaries AS s ON s.trace_id = n.trace_id
)
