-- The spans that come by OTLP: all but those of the JSON traces and those that have not ended.
INSERT INTO landing_traces (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind,
    ServiceName, ResourceAttributes, ScopeName, ScopeVersion, SpanAttributes, Duration, StatusCode,
    StatusMessage, Events.Timestamp, Events.Name, Events.Attributes)
-- model
-- spans
SELECT
    time(span_started) AS Timestamp,
    trace_id,
    own_id,
    parent_id,
    span_name,
    multiIf(part = 'send', 'Producer', part = 'work', 'Consumer', part = 'inner' AND kind != 'reflection', 'Client', 'Internal'),
    concat('agent-', slug(agent)) AS service,
    map('service.name', service, 'service.version', release, 'deployment.environment.name', 'production',
        'kafka.topic', 'agent-telemetry-otlp-traces', 'kafka.partition', toString(t % 3), 'kafka.offset', toString(intDiv(t, 3))),
    'agent_sdk',
    '0.1.0',
    attributes,
    toUInt64(greatest(1, span_ended - span_started)) * 1000 AS Duration,
    if(has_failed, 'Error', if(part = 'root', 'Ok', 'Unset')),
    if(has_failed, error_message, ''),
    if(has_event, [time(span_ended)], []),
    if(has_event, ['exception'], []),
    if(has_event, [map('exception.type', error_type, 'exception.message', error_message, 'exception.stacktrace', stack)], [])
FROM all_spans
WHERE NOT is_json AND NOT has_not_ended
