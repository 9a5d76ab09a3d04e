-- Figures of the spans that started in a window, step by step (s; whole hours).
SELECT
    toStartOfInterval(bucket, INTERVAL {step:UInt32} SECOND) AS start,
    toInt64(sum(f.spans)) AS span_count,
    toInt64(sum(f.ended)) AS ended_count,
    toInt64(sum(f.errors)) AS error_count,
    toInt64(sum(f.input_tokens)) AS tokens_in,
    toInt64(sum(f.output_tokens)) AS tokens_out,
    toFloat64(sum(f.cost)) AS total_cost,
    sum(f.priced) AS priced_count,
    sumMap(f.durations) AS bins
FROM span_figures(at = {at:DateTime64(9, 'UTC')}, since = {since:DateTime64(9, 'UTC')}, until = {until:DateTime64(9, 'UTC')}) AS f
WHERE ({agent:String} = '' OR agent = {agent:String}) AND ({name:String} = '' OR name = {name:String})
GROUP BY start
HAVING span_count > 0
ORDER BY start
