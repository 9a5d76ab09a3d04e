-- Spans by agent, the models that they call and what they cost, of some five minutes.
SELECT replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent, toInt64(count()) AS spans, groupUniqArray(model) AS models,
    sum(least(greatest(ifNull(o.cost, 0), -1e12), 1e12)) AS cost, toInt64(countIf(isNotNull(o.cost))) AS priced
FROM span_outlines AS o FINAL
WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND event_time <= {at:DateTime64(9, 'UTC')} AND agent != ''
GROUP BY agent
