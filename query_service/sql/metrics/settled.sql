-- Totals over the traces that the observer has worked out as they are: as the view traces_settled has
-- them, which takes longer to plan. Only where something came is asked of which traces.
WITH
    if(awaits_root AND last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'running', decided) AS status,
    if(status = 'running' OR end_time < start_time, NULL, toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time)) AS duration_ns
SELECT
    count() AS total_traces,
    countIf(status = 'completed') AS completed_traces,
    countIf(status = 'failed') AS failed_traces,
    countIf(status = 'running') AS running_traces,
    sum(total_tokens) AS tokens,
    sum(llm_calls) AS calls,
    countIf(status = 'completed' AND isNotNull(duration_ns)) AS measured,
    sum(toInt128(if(status = 'completed', ifNull(duration_ns, 0), 0))) AS measured_ns,
    sum(running_spans) AS active_spans
FROM trace_summaries FINAL
WHERE bucket <= {at:DateTime64(9, 'UTC')} AND start_time <= {at:DateTime64(9, 'UTC')} AND settled_at <= {at:DateTime64(9, 'UTC')}
    -- To the end of times: nothing is worked out as it is.
    AND {touched_to:DateTime64(6, 'UTC')} < toDateTime64('2100-01-01 00:00:00', 6, 'UTC')
    AND (NOT {is_touched:Bool} OR trace_id NOT IN
    (
        SELECT trace_id
        FROM arrivals
        WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
            AND kind IN ('span', 'trace_record')
    ))
