-- Figures of the spans that started in a window, by agent and name, most spans first: as worked out, six
-- hours each between two times, but where they are cut and elsewhere whole hours, of the hours in the array only
-- the five minutes that are not in the other one, and these from the spans, as `live_bins` how long they took. `live_ended` is how many of these ended, of all groups.
SELECT
    agent, name, span_count, ended_count, error_count, tokens_in, tokens_out, total_cost, priced_count, groups, live_ended,
    mapFromArrays(arrayDistinct(all_bins) AS bin, arrayMap(b -> countEqual(all_bins, b), bin)) AS live_bins
FROM
(
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
        groupArrayArray(f.bins) AS all_bins,
        count() OVER () AS groups,
        sum(toInt64(sum(f.live_ended))) OVER () AS live_ended
    FROM
    (
        SELECT agent, name, spans, ended, errors, input_tokens, output_tokens, cost, priced, []::Array(Int16) AS bins, 0 AS live_ended
        FROM span_rollups FINAL
        WHERE (
                step = 21600 AND bucket >= {parts_from:DateTime('UTC')} AND bucket < {parts_until:DateTime('UTC')} AND bucket NOT IN {parts_cut:Array(DateTime('UTC'))}
                OR step = 3600 AND bucket NOT IN {hours:Array(DateTime('UTC'))} AND bucket + INTERVAL 1 HOUR <= {until:DateTime64(9, 'UTC')}
                    AND (bucket < {parts_from:DateTime('UTC')} OR bucket >= {parts_until:DateTime('UTC')} OR toStartOfInterval(bucket, INTERVAL 6 HOUR) IN {parts_cut:Array(DateTime('UTC'))})
                OR step = 300 AND toStartOfHour(bucket) IN {hours:Array(DateTime('UTC'))} AND bucket NOT IN {buckets:Array(DateTime('UTC'))}
                    AND bucket + INTERVAL 5 MINUTE <= {until:DateTime64(9, 'UTC')})
            AND bucket >= {since:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT
            replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent,
            name,
            count() AS spans,
            countIf(is_over) AS ended,
            countIf(is_over AND status = 'failed') AS errors,
            sumIf(ifNull(o.input_tokens, 0), is_over) AS input_tokens,
            sumIf(ifNull(o.output_tokens, 0), is_over) AS output_tokens,
            sumIf(toDecimal128(least(greatest(ifNull(o.cost, 0), -1e12), 1e12), 12), is_over) AS cost,
            countIf(is_over AND isNotNull(o.cost)) AS priced,
            groupArrayIf(toInt16(floor(log2(greatest(took, 1)) * 16)), took >= 0) AS bins,
            countIf(is_over AND NOT is_record AND isNotNull(end_time)) AS live_ended
        FROM
        (
            SELECT
                agent_name, name, status, end_time, is_record, input_tokens, output_tokens, cost,
                isNotNull(end_time) OR status NOT IN ('running', 'waiting') AS is_over,
                ifNull(toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time), -1) AS took
            FROM span_outlines FINAL
            WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        ) AS o
        GROUP BY agent_name, name
    ) AS f
    WHERE ({agent:String} = '' OR agent = {agent:String}) AND ({name:String} = '' OR name = {name:String})
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
)
ORDER BY
    multiIf(
        {sort:String} = 'errors', toFloat64(error_count),
        {sort:String} = 'tokens', toFloat64(tokens_in + tokens_out),
        {sort:String} = 'cost', total_cost,
        toFloat64(span_count)) DESC,
    span_count DESC, agent, name
