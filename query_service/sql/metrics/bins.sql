-- How long the spans of some agents and names took, as worked out: six hours each, hours and five
-- minutes as in figures.sql.
SELECT agent, name, sumMap(f.durations) AS bins
FROM span_rollups AS f FINAL
WHERE (
        f.step = 21600 AND bucket >= {parts_from:DateTime('UTC')} AND bucket < {parts_until:DateTime('UTC')} AND bucket NOT IN {parts_cut:Array(DateTime('UTC'))}
        OR f.step = 3600 AND bucket NOT IN {hours:Array(DateTime('UTC'))} AND bucket + INTERVAL 1 HOUR <= {until:DateTime64(9, 'UTC')}
            AND (bucket < {parts_from:DateTime('UTC')} OR bucket >= {parts_until:DateTime('UTC')} OR toStartOfInterval(bucket, INTERVAL 6 HOUR) IN {parts_cut:Array(DateTime('UTC'))})
        OR f.step = 300 AND toStartOfHour(bucket) IN {hours:Array(DateTime('UTC'))} AND bucket NOT IN {buckets:Array(DateTime('UTC'))}
            AND bucket + INTERVAL 5 MINUTE <= {until:DateTime64(9, 'UTC')})
    AND bucket >= {since:DateTime64(9, 'UTC')}
    AND (agent, name) IN (SELECT arrayJoin(arrayZip({agents:Array(String)}, {names:Array(String)})))
GROUP BY agent, name
SETTINGS optimize_move_to_prewhere_if_final = 1
