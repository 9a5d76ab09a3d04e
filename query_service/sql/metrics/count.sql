-- Ended spans of OTLP that started in a window, as worked out: six hours each, hours and five minutes as in
-- figures.sql.
SELECT toInt64(sum(ended_otlp)) AS spans
FROM span_rollups FINAL
WHERE (
        step = 21600 AND bucket >= {parts_from:DateTime('UTC')} AND bucket < {parts_until:DateTime('UTC')} AND bucket NOT IN {parts_cut:Array(DateTime('UTC'))}
        OR step = 3600 AND bucket NOT IN {hours:Array(DateTime('UTC'))} AND bucket + INTERVAL 1 HOUR <= {until:DateTime64(9, 'UTC')}
            AND (bucket < {parts_from:DateTime('UTC')} OR bucket >= {parts_until:DateTime('UTC')} OR toStartOfInterval(bucket, INTERVAL 6 HOUR) IN {parts_cut:Array(DateTime('UTC'))})
        OR step = 300 AND toStartOfHour(bucket) IN {hours:Array(DateTime('UTC'))} AND bucket NOT IN {buckets:Array(DateTime('UTC'))}
            AND bucket + INTERVAL 5 MINUTE <= {until:DateTime64(9, 'UTC')})
    AND bucket >= {since:DateTime64(9, 'UTC')} AND ({agent:String} = '' OR agent = {agent:String})
