-- Spans by agent, and the models that they call, of some five minutes.
SELECT replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent, toInt64(count()) AS spans, groupUniqArray(model) AS models
FROM span_outlines FINAL
WHERE bucket IN {buckets:Array(DateTime('UTC'))} AND event_time <= {at:DateTime64(9, 'UTC')} AND agent != ''
GROUP BY agent
