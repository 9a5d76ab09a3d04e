-- The figures of those pods: cpu and memory twice a minute, the others once.
INSERT INTO landing_metrics_gauge (ServiceName, ScopeName, MetricName, Attributes, StartTimeUnix, TimeUnix, Value)
SELECT
    'agent-telemetry-observer', '', metric,
    map('k8s.namespace.name', namespace, 'k8s.pod.name', name, 'k8s.pod.uid', uid),
    seen, seen, sipHash64(uid, seen) % 1000000 / 1e6
FROM
(
    SELECT namespace, name, uid, observed_at
    FROM observed_things
    WHERE kind = 'k8s.pod' AND observed_at > {since:DateTime64(9, 'UTC')} AND observed_at <= {until:DateTime64(9, 'UTC')}
)
ARRAY JOIN
    ['k8s.pod.cpu.usage', 'k8s.pod.memory.working_set', 'k8s.pod.cpu.usage', 'k8s.pod.memory.working_set', 'k8s.pod.phase',
     'k8s.container.cpu.limit', 'k8s.container.memory.limit', 'k8s.container.restarts', 'k8s.container.ready'] AS metric,
    [observed_at, observed_at, observed_at - INTERVAL 30 SECOND, observed_at - INTERVAL 30 SECOND, observed_at, observed_at, observed_at, observed_at, observed_at] AS seen
