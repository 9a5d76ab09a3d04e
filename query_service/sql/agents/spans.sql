-- Spans by agent, and the models that they call, as worked out: whole hours, and of the hours in the array
-- only the five minutes that are not in the other one.
SELECT agent, toInt64(sum(f.spans)) AS spans, groupUniqArray(model) AS models
FROM span_rollups AS f FINAL
WHERE (
        step = 3600 AND bucket NOT IN {hours:Array(DateTime('UTC'))}
        OR step = 300 AND toStartOfHour(bucket) IN {hours:Array(DateTime('UTC'))} AND bucket NOT IN {buckets:Array(DateTime('UTC'))})
    AND bucket <= {at:DateTime64(9, 'UTC')} AND agent != ''
GROUP BY agent
