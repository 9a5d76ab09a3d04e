-- Ended spans of OTLP that started in a window, as worked out: whole hours, and of the hours in the array only
-- the five minutes that are not in the other one.
SELECT toInt64(sum(ended_otlp)) AS spans
FROM span_rollups FINAL
WHERE (
        step = 3600 AND bucket NOT IN {hours:Array(DateTime('UTC'))} AND bucket + INTERVAL 1 HOUR <= {until:DateTime64(9, 'UTC')}
        OR step = 300 AND toStartOfHour(bucket) IN {hours:Array(DateTime('UTC'))} AND bucket NOT IN {buckets:Array(DateTime('UTC'))}
            AND bucket + INTERVAL 5 MINUTE <= {until:DateTime64(9, 'UTC')})
    AND bucket >= {since:DateTime64(9, 'UTC')} AND ({agent:String} = '' OR agent = {agent:String})
