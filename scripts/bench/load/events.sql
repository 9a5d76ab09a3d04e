-- What agents say about one answered task in ten, and about the open ones that were claimed.
INSERT INTO landing_logs (Timestamp, TraceId, SpanId, SeverityText, SeverityNumber, ServiceName, Body,
    ResourceAttributes, ScopeName, LogAttributes, EventName)
-- model
SELECT
    time(multiIf(said = 'claimed', begun, said = 'started', begun + 500, ended)),
    trace_id,
    '',
    'INFO',
    9,
    concat('agent-', slug(target)) AS service,
    concat(name(target), ' ', said, ' ', task_id),
    map('service.name', service, 'service.version', release,
        'kafka.topic', 'agent-telemetry-otlp-logs', 'kafka.partition', '1', 'kafka.offset', toString(intDiv(p, 50))),
    'agent_sdk',
    mapFilter((key, value) -> value != '', map(
        'messaging.message.id', task_id,
        'messaging.destination.name', concat('agent-queue-', slug(target)),
        'gen_ai.agent.name', name(target),
        'agent_telemetry.event.id', uuid(said, p),
        'agent_telemetry.task.outcome', if(said != 'done', '', if(is_failed, 'failed', 'completed')))),
    concat('agent_telemetry.task.', said)
FROM pairs
ARRAY JOIN if(is_open, ['claimed', 'started'], ['claimed', 'started', 'done']) AS said
WHERE is_claimed OR NOT is_open AND pick('said', p) % 10 = 0
