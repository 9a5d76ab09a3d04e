-- Figures of six hours each, from those of their hours.
INSERT INTO span_rollups
(
    step, bucket, agent, name, kind, model, spans, ended, ended_otlp, errors, input_tokens, output_tokens, cost, priced,
    duration_ns, durations, first_seen, last_seen, settled_at
)
SELECT
    21600 AS step, toStartOfInterval(f.bucket, INTERVAL 6 HOUR) AS part, agent, name, kind, model,
    sum(f.spans), sum(f.ended), sum(f.ended_otlp), sum(f.errors), sum(f.input_tokens), sum(f.output_tokens), sum(f.cost), sum(f.priced),
    sum(f.duration_ns), sumMap(f.durations), min(f.first_seen), max(f.last_seen), max(f.settled_at)
FROM span_rollups AS f FINAL
WHERE f.step = 3600 AND f.bucket >= {first:DateTime('UTC')} AND f.bucket < {last:DateTime('UTC')} + INTERVAL 6 HOUR
    AND toStartOfInterval(f.bucket, INTERVAL 6 HOUR) IN {parts:Array(DateTime('UTC'))}
GROUP BY part, agent, name, kind, model
