-- What the observer records of a cluster in the minutes that end between two times: a Deployment and five pods of
-- each agent, and its sources. Each at its own second of the minute.
INSERT INTO landing_logs (Timestamp, ServiceName, LogAttributes)
WITH
    agents AS
    (
        SELECT agent, max(n.name) AS called, row_number() OVER (ORDER BY agent) AS number
        FROM agent_names AS n
        GROUP BY agent
    ),
    things AS
    (
        SELECT
            'k8s.deployment' AS kind, agent AS name, 'shop' AS space,
            toJSONString(map('agent', 'true', 'name', called, 'models', 'gpt-5,claude-sonnet-4')) AS marks,
            concat('{"desired":5,"ready":5,"available":5,"updated":5,"images":["registry/', agent, ':1.4.0"],"max_cpu":"500m",',
                '"max_memory":"256Mi","created_at":"2026-11-01T10:00:00Z","rolled_out_at":"2026-11-01T10:01:00Z","marks":', marks, '}') AS seen
        FROM agents
        UNION ALL
        SELECT
            'k8s.pod', concat(agent, '-7c9d8b6f5d-', substring(lower(hex(sipHash64(agent, pod))), 1, 5)), 'shop', '',
            concat('{"phase":"', if(bad, 'Pending', 'Running'), if(bad, '","reason":"ImagePullBackOff', ''), '","ready":', if(bad, 'false', 'true'),
                ',"is_ending":false,"restarts":', toString(number % 3), ',"started_at":"2026-11-01T10:00:30Z","node":"node-', toString(number % 40),
                '","workload_kind":"Deployment","workload":"', agent, '","containers":[{"name":"agent","image":"registry/', agent,
                ':1.4.0","ready":', if(bad, 'false', 'true'), ',"restarts":', toString(number % 3), '}]}')
        FROM (SELECT agent, number, pod, (number * 5 + pod) % 97 = 0 AS bad FROM agents ARRAY JOIN range(5) AS pod)
        UNION ALL
        SELECT 'agent_telemetry.source', arrayJoin(['kafka', 'kubernetes', 'kubernetes-metrics']), '', '', '{"state":"ok","keep_alive":60}'
    )
SELECT
    minute + toIntervalSecond(sipHash64(name) % 60) AS Timestamp,
    'agent-telemetry-observer',
    map('otel.entity.event.type', 'entity_state',
        'otel.entity.type', kind,
        'otel.entity.id', toJSONString(map(
            concat(kind, '.name'), name, 'k8s.namespace.name', space, concat(kind, '.uid'), lower(hex(sipHash128(name))))),
        'otel.entity.attributes', seen)
FROM things
CROSS JOIN
(
    SELECT toStartOfMinute(toDateTime64({since:DateTime64(9, 'UTC')}, 9, 'UTC')) + toIntervalMinute(number) AS minute
    FROM numbers(toUInt64(dateDiff('minute', {since:DateTime64(9, 'UTC')}, {until:DateTime64(9, 'UTC')}) + 1))
) AS minutes
WHERE Timestamp > {since:DateTime64(9, 'UTC')} AND Timestamp <= {until:DateTime64(9, 'UTC')}
