-- Spans by agent, the models that they call and what they cost, as worked out: six hours each between two times, but where they
-- are cut and elsewhere whole hours, and of the hours in the array only the five minutes that are not in
-- the other one.
SELECT agent, toInt64(sum(f.spans)) AS spans, groupUniqArray(model) AS models,
    toFloat64(sum(f.cost)) AS cost, toInt64(sum(f.priced)) AS priced
FROM span_rollups AS f FINAL
WHERE (
        step = 21600 AND bucket >= {parts_from:DateTime('UTC')} AND bucket < {parts_until:DateTime('UTC')} AND bucket NOT IN {parts_cut:Array(DateTime('UTC'))}
        OR step = 3600 AND bucket NOT IN {hours:Array(DateTime('UTC'))}
            AND (bucket < {parts_from:DateTime('UTC')} OR bucket >= {parts_until:DateTime('UTC')} OR toStartOfInterval(bucket, INTERVAL 6 HOUR) IN {parts_cut:Array(DateTime('UTC'))})
        OR step = 300 AND toStartOfHour(bucket) IN {hours:Array(DateTime('UTC'))} AND bucket NOT IN {buckets:Array(DateTime('UTC'))})
    AND bucket <= {at:DateTime64(9, 'UTC')} AND agent != ''
GROUP BY agent
