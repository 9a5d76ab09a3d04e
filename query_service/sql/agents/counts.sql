-- Messages that each agent sent and got, as counted by the observer: as in queues/counts.sql.
SELECT
    agent,
    sumIf(messages, side = 'queue') AS total_messages,
    sumIf(deliveries, side = 'queue') AS all_deliveries,
    sumIf(messages, side = 'sender') AS sent
FROM queue_counts FINAL
WHERE bucket <= {at:DateTime64(9, 'UTC')} AND deliveries > 0
    AND (
        seconds = 86400 AND bucket NOT IN {days:Array(DateTime('UTC'))}
        OR seconds = 3600 AND toStartOfDay(bucket) IN {days:Array(DateTime('UTC'))} AND bucket NOT IN {hours:Array(DateTime('UTC'))}
        OR seconds = 300 AND toStartOfHour(bucket) IN {hours:Array(DateTime('UTC'))} AND bucket NOT IN {buckets:Array(DateTime('UTC'))})
GROUP BY agent
