-- As figures.sql, of full hours, where everything is worked out; without the bins.
SELECT
    agent,
    name,
    toInt64(sum(f.spans)) AS span_count,
    toInt64(sum(f.ended)) AS ended_count,
    toInt64(sum(f.errors)) AS error_count,
    toInt64(sum(f.input_tokens)) AS tokens_in,
    toInt64(sum(f.output_tokens)) AS tokens_out,
    toFloat64(sum(f.cost)) AS total_cost,
    sum(f.priced) AS priced_count,
    count() OVER () AS groups
FROM span_rollups AS f FINAL
WHERE (
        f.step = 21600 AND bucket >= {parts_from:DateTime('UTC')} AND bucket < {parts_until:DateTime('UTC')} AND bucket NOT IN {parts_cut:Array(DateTime('UTC'))}
        OR f.step = 3600 AND bucket >= {since:DateTime64(9, 'UTC')} AND bucket + INTERVAL 1 HOUR <= {until:DateTime64(9, 'UTC')}
            AND (bucket < {parts_from:DateTime('UTC')} OR bucket >= {parts_until:DateTime('UTC')} OR toStartOfInterval(bucket, INTERVAL 6 HOUR) IN {parts_cut:Array(DateTime('UTC'))}))
    AND ({agent:String} = '' OR agent = {agent:String})
    AND ({name:String} = '' OR name = {name:String})
GROUP BY agent, name
HAVING span_count > 0
ORDER BY
    multiIf(
        {sort:String} = 'errors', toFloat64(error_count),
        {sort:String} = 'tokens', toFloat64(tokens_in + tokens_out),
        {sort:String} = 'cost', total_cost,
        toFloat64(span_count)) DESC,
    span_count DESC, agent, name
LIMIT {limit:UInt32}
