-- Calls of models that spans tell of: of the quarter of an hour before a time, of its last five minutes and of
-- its last minute, each by when it ended. A call inside of another one, as when two libraries tell of it, counts once.
WITH
    toDateTime64({until:DateTime64(9, 'UTC')}, 9, 'UTC') AS until,
    calls AS
    (
        SELECT
            trace_id, span_id, parent_span_id, model, provider,
            least(ifNull(input_tokens, 0), 1000000000000) + least(ifNull(output_tokens, 0), 1000000000000) AS in_and_out,
            status = 'failed' AS failed, ifNull(end_time, event_time) AS ended_at
        FROM span_outlines FINAL
        WHERE bucket > until - INTERVAL 30 MINUTE AND bucket <= until
            AND kind = 'llm_call' AND model != '' AND (isNotNull(end_time) OR status NOT IN ('running', 'waiting'))
            AND ended_at > until - INTERVAL 15 MINUTE AND ended_at <= until
    )
SELECT
    model,
    provider,
    toInt64(countIf(ended_at > until - INTERVAL 1 MINUTE)) AS rpm,
    toInt64(sumIf(in_and_out, ended_at > until - INTERVAL 1 MINUTE)) AS tpm,
    toInt64(countIf(ended_at > until - INTERVAL 5 MINUTE)) AS requests,
    toInt64(sumIf(in_and_out, ended_at > until - INTERVAL 5 MINUTE)) AS tokens,
    toInt64(countIf(failed AND ended_at > until - INTERVAL 5 MINUTE)) AS failures,
    max(ended_at) AS last_call
FROM calls
WHERE (trace_id, parent_span_id) NOT IN (SELECT trace_id, span_id FROM calls)
GROUP BY model, provider
ORDER BY rpm DESC, requests DESC, last_call DESC, model, provider
LIMIT {most:UInt32}
