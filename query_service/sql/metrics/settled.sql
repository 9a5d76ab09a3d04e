-- Totals over the traces that the observer has worked out as they are: as the view traces_settled has
-- them, which takes longer to plan. Only where something came is asked of which traces, and only of a
-- past time what a trace was then: each column is a tenth of what this costs. `told_from` and `told_until`: `now`,
-- in Unix ns, for which the same traces wait for their root.
WITH
    awaits_root AND last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR AS is_awaited,
    NOT is_awaited AND decided = 'completed' AS is_completed,
    is_completed AND end_time >= start_time AS is_measured
SELECT
    count() AS total_traces,
    countIf(is_completed) AS completed_traces,
    countIf(NOT is_awaited AND decided = 'failed') AS failed_traces,
    countIf(is_awaited OR decided = 'running') AS running_traces,
    sum(total_tokens) AS tokens,
    sum(llm_calls) AS calls,
    countIf(is_measured) AS measured,
    sumIf(toInt128(toUnixTimestamp64Nano(assumeNotNull(end_time)) - toUnixTimestamp64Nano(start_time)), is_measured) AS measured_ns,
    sum(running_spans) AS active_spans,
    max(if(awaits_root AND NOT is_awaited, toUnixTimestamp64Nano(last_sign + INTERVAL 1 HOUR), 0)) AS told_from,
    min(if(is_awaited, toUnixTimestamp64Nano(last_sign + INTERVAL 1 HOUR), 9223372036854775807)) AS told_until
FROM trace_summaries FINAL
WHERE ({at:DateTime64(9, 'UTC')} >= '2100-01-01'
        OR bucket <= {at:DateTime64(9, 'UTC')} AND start_time <= {at:DateTime64(9, 'UTC')} AND settled_at <= {at:DateTime64(9, 'UTC')})
    -- To the end of times: nothing is worked out as it is.
    AND {touched_to:DateTime64(6, 'UTC')} < toDateTime64('2100-01-01 00:00:00', 6, 'UTC')
    AND (NOT {is_touched:Bool} OR trace_id NOT IN
    (
        SELECT trace_id
        FROM arrivals
        WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
            AND kind IN ('span', 'trace_record')
    ))
