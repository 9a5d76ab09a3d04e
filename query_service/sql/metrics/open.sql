-- Totals over the traces that are worked out anew.
SELECT
    count() AS total_traces,
    countIf(status = 'completed') AS completed_traces,
    countIf(status = 'failed') AS failed_traces,
    countIf(status = 'running') AS running_traces,
    sum(t.total_tokens) AS tokens,
    sum(t.llm_calls) AS calls,
    countIf(status = 'completed' AND isNotNull(duration_ns)) AS measured,
    sum(toInt128(if(status = 'completed', ifNull(duration_ns, 0), 0))) AS measured_ns,
    sum(running_spans) AS active_spans
FROM traces_open(
    at = {at:DateTime64(9, 'UTC')},
    now = {now:DateTime64(9, 'UTC')},
    touched_from = {touched_from:DateTime64(6, 'UTC')},
    touched_to = {touched_to:DateTime64(6, 'UTC')},
    trace_id = '') AS t
