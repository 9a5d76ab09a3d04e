-- Traces that began in a window, as the observer has last worked them out (half a minute ago at most); those
-- that went on later are running.
SELECT
    count() AS total_traces,
    countIf(decided = 'completed' AND settled_at <= {at:DateTime64(9, 'UTC')}) AS successful_traces,
    countIf(decided = 'failed' AND settled_at <= {at:DateTime64(9, 'UTC')}) AS failed_traces,
    arrayMap(one -> one / 1e6, quantilesTDigestIf(0.5, 0.95, 0.99)(took, is_over)) AS latencies_ms,
    avgIf(took, is_over) / 1e6 AS avg_ms,
    maxIf(took, is_over) / 1e6 AS max_ms,
    sum(total_tokens) AS tokens,
    sum(t.llm_calls) AS llm_calls,
    sum(t.tool_calls) AS tool_calls,
    arraySort(groupUniqArrayArray(1000)(arrayMap(one -> toString(one), agents))) AS agents
FROM
(
    SELECT
        *,
        settled_at <= {at:DateTime64(9, 'UTC')} AND open_spans = 0 AND isNotNull(end_time) AS is_over,
        toFloat64(toUnixTimestamp64Nano(assumeNotNull(end_time)) - toUnixTimestamp64Nano(start_time)) AS took
    FROM trace_summaries FINAL
    WHERE bucket BETWEEN toStartOfFiveMinutes({since:DateTime64(9, 'UTC')}) AND {at:DateTime64(9, 'UTC')}
        AND start_time BETWEEN {since:DateTime64(9, 'UTC')} AND {at:DateTime64(9, 'UTC')}
        AND is_deleted = 0
) AS t
