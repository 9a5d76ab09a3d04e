-- How far the pipeline's own groups are behind: of each group the samples of its last 3 minutes
-- (each partition has one a minute; one without is gone).
WITH newest AS
(
    SELECT
        consumer_group, topic, partition,
        argMax(value, s.observed_at) AS lag,
        max(s.observed_at) AS seen,
        max(seen) OVER (PARTITION BY consumer_group) AS group_seen
    FROM kafka_offsets AS s
    PREWHERE metric = 'kafka.consumer_group.lag' AND startsWith(consumer_group, 'agent-telemetry-ingester-')
    WHERE s.observed_at >= {now:DateTime64(9, 'UTC')} - INTERVAL 1 DAY
    GROUP BY consumer_group, topic, partition
)
SELECT
    consumer_group,
    sum(lag) AS lag,
    count() AS partitions,
    any(group_seen) AS observed_at
FROM newest
WHERE seen >= group_seen - INTERVAL 3 MINUTE
GROUP BY consumer_group
ORDER BY consumer_group
