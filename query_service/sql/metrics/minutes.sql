-- Figures of the spans that started in a window, minute by minute, from the spans.
SELECT
    toStartOfMinute(event_time) AS start,
    toInt64(count()) AS span_count,
    toInt64(countIf(is_over)) AS ended_count,
    toInt64(countIf(is_over AND status = 'failed')) AS error_count,
    toInt64(sumIf(ifNull(input_tokens, 0), is_over)) AS tokens_in,
    toInt64(sumIf(ifNull(output_tokens, 0), is_over)) AS tokens_out,
    toFloat64(sumIf(toDecimal128(least(greatest(ifNull(cost, 0), -1e12), 1e12), 12), is_over)) AS total_cost,
    countIf(is_over AND isNotNull(cost)) AS priced_count,
    sumMapIf(map(toInt16(floor(log2(greatest(took, 1)) * 16)), toUInt64(1)), took >= 0) AS bins
FROM
(
    SELECT
        *,
        ifNull(least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')), event_time) AS over_at,
        over_at <= {at:DateTime64(9, 'UTC')} AND (isNotNull(end_time) OR status NOT IN ('running', 'waiting')) AS is_over,
        if(is_over, ifNull(toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time), -1), -1) AS took
    FROM span_outlines FINAL
    WHERE bucket >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')}) AND bucket < {until:DateTime64(9, 'UTC')}
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')} AND event_time <= {at:DateTime64(9, 'UTC')}
        AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String})
        AND ({name:String} = '' OR name = {name:String})
)
GROUP BY start
ORDER BY start
