-- Totals over the traces with arrivals that the observer has not worked out, of now: as the view traces_open
-- has them, which takes far longer to plan and reads what no total needs.
WITH
    isNotNull(end_time) OR status NOT IN ('running', 'waiting') AS is_over,
    if(is_over, status, 'running') AS state,
    touched AS
    (
        SELECT trace_id
        FROM arrivals
        WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
            AND kind IN ('span', 'trace_record') AND trace_id != ''
    ),
    computed AS
    (
        SELECT
            trace_id,
            min(event_time) AS start_time,
            maxIf(o.end_time, is_over) AS end_time,
            greatest(max(event_time), ifNull(end_time, max(event_time))) AS last_sign,
            countIf(state IN ('running', 'waiting')) AS open_spans,
            countIf(state = 'running') AS running_spans,
            countIf(parent_span_id = '') > 0 AS has_root,
            argMin(state, (parent_span_id != '', event_time, span_id)) AS root_state,
            -- A failure whose parent is not known.
            groupUniqArrayIf(parent_span_id, state = 'failed') AS above,
            length(arrayIntersect(above, groupArray(span_id))) < length(above) AS is_failed,
            sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), is_over AND kind = 'llm_call') AS total_tokens,
            countIf(kind = 'llm_call') AS llm_calls
        FROM span_outlines AS o FINAL
        WHERE (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id IN (SELECT trace_id FROM touched))
        GROUP BY trace_id
    ),
    records AS
    (
        SELECT trace_id, status, event_time AS start_time, r.end_time AS end_time
        FROM trace_records AS r FINAL
        WHERE trace_id IN (SELECT trace_id FROM touched)
    ),
    traces AS
    (
        SELECT
            if(c.trace_id = '', r.start_time, if(r.trace_id = '', c.start_time, least(c.start_time, r.start_time))) AS start_time,
            greatest(ifNull(c.end_time, r.end_time), ifNull(r.end_time, c.end_time)) AS end_time,
            r.status NOT IN ('', 'running', 'waiting') AS is_told,
            multiIf(
                r.status = 'failed' OR c.is_failed, 'failed',
                is_told, r.status,
                c.trace_id != '' AND NOT c.has_root AND c.last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'running',
                c.open_spans > 0, 'running',
                c.root_state = 'cancelled', 'cancelled',
                'completed') AS status,
            total_tokens, llm_calls, running_spans
        FROM computed AS c
        FULL JOIN records AS r ON r.trace_id = c.trace_id
    )
SELECT
    count() AS total_traces,
    countIf(status = 'completed') AS completed_traces,
    countIf(status = 'failed') AS failed_traces,
    countIf(status = 'running') AS running_traces,
    sum(total_tokens) AS tokens,
    sum(llm_calls) AS calls,
    countIf(status = 'completed' AND end_time >= start_time) AS measured,
    sumIf(toInt128(toUnixTimestamp64Nano(assumeNotNull(end_time)) - toUnixTimestamp64Nano(start_time)), status = 'completed' AND end_time >= start_time) AS measured_ns,
    sum(running_spans) AS active_spans
FROM traces
