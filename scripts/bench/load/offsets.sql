-- What the observer saw in Kafka at the times from `first` to `count` steps on: the groups of
-- agents that are behind have not committed the tasks that wait.
INSERT INTO landing_metrics_gauge (ResourceAttributes, ScopeName, ServiceName, MetricName, MetricUnit,
    Attributes, StartTimeUnix, TimeUnix, Value)
-- model
SELECT
    map('service.name', 'agent-telemetry-observer', 'kafka.topic', 'agent-telemetry-otlp-metrics',
        'kafka.partition', '0', 'kafka.offset', toString(intDiv(seen, 1000000))),
    'agent_telemetry.observer',
    'agent-telemetry-observer',
    figure.1 AS metric,
    '1',
    mapFilter((key, value) -> value != '', map(
        'topic', if(figure.1 = 'kafka.consumer_group.members', '', concat('agent-queue-', slug(queue))),
        'partition', if(figure.1 = 'kafka.consumer_group.members', '', toString(partition)),
        'group', if(startsWith(figure.1, 'kafka.partition.'), '', concat('agent-', slug(queue), '-consumer')))),
    time(seen),
    time(seen),
    figure.2
FROM
(
    SELECT
        seen,
        queue,
        partition,
        -- So many pairs had been sent by then, and so many of them were read.
        least(intDiv({messages:UInt64}, 2), toUInt64((seen - start) / (end - start) * intDiv({messages:UInt64}, 2))) AS pairs_sent,
        if(is_behind(queue), least(pairs_sent, {waiting_from:UInt64}), pairs_sent) AS pairs_read,
        intDiv(pairs_sent, 2000) * any(each_cycle) + countIf(slot < pairs_sent % 2000) AS current,
        intDiv(pairs_read, 2000) * any(each_cycle) + countIf(slot < pairs_read % 2000) AS committed
    FROM positions
    CROSS JOIN
    (
        SELECT end - toInt64({first:UInt64} + number) * toInt64({step:UInt64}) * 1000000 AS seen
        FROM numbers({count:UInt64})
    ) AS steps
    GROUP BY seen, queue, partition
)
ARRAY JOIN arrayFilter(f -> f.1 != '', [
    ('kafka.partition.current_offset', toFloat64(current)),
    ('kafka.partition.oldest_offset', 0.),
    ('kafka.consumer_group.offset', toFloat64(committed)),
    ('kafka.consumer_group.lag', toFloat64(current - committed)),
    (if(partition = 0, 'kafka.consumer_group.members', ''), if(queue BETWEEN 190 AND 192 AND seen > end - 7200000000, 0., 1.))]) AS figure
