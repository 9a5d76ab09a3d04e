-- As figures.sql, however much is not worked out, of a past time, or in the order of p95.
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
    sumMap(f.durations) AS bins,
    count() OVER () AS groups
FROM span_figures(at = {at:DateTime64(9, 'UTC')}, since = {since:DateTime64(9, 'UTC')}, until = {until:DateTime64(9, 'UTC')}) AS f
WHERE ({agent:String} = '' OR agent = {agent:String}) AND ({name:String} = '' OR name = {name:String})
GROUP BY agent, name
HAVING span_count > 0
ORDER BY
    multiIf(
        {sort:String} = 'errors', toFloat64(error_count),
        {sort:String} = 'tokens', toFloat64(tokens_in + tokens_out),
        {sort:String} = 'cost', total_cost,
        -- The bin that 95 % of the spans do not exceed.
        {sort:String} = 'p95', if(empty(bins), -1000., toFloat64(mapKeys(mapSort(bins))[arrayFirstIndex(
            seen -> seen >= 0.95 * arraySum(mapValues(bins)), arrayCumSum(mapValues(mapSort(bins))))])),
        toFloat64(span_count)) DESC,
    span_count DESC, agent, name
LIMIT {limit:UInt32}
