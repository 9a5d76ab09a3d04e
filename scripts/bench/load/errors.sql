-- The report of each failed task, as the SDK logs it; the error answer names the same report.
INSERT INTO landing_logs (Timestamp, TraceId, SpanId, SeverityText, SeverityNumber, ServiceName, Body,
    ResourceAttributes, ScopeName, LogAttributes, EventName)
-- model
SELECT
    time(ended),
    trace_id,
    if(k < 6, span_id('work', p), '') AS own_span,
    if(severity = 'critical', 'FATAL', 'ERROR'),
    if(severity = 'critical', 21, 17),
    concat('agent-', slug(target)) AS service,
    format(
        '{{"error_id":"{}","severity":"{}","category":"{}","error_type":"{}","error_message":{},"error_code":null,"stack_trace":{},"trace_id":"{}","span_id":"{}","agent_name":"{}","agent_id":"{}","operation":"queue_task:work","input_data":{{}},"model_name":null,"tool_name":null,"tool_parameters":{{}},"timestamp":"{}","is_retryable":{},"retry_count":0,"max_retries":3,"suggested_fixes":[],"related_docs":[],"environment":"production","service_name":"{}"}}',
        error_id,
        if(category = 'resource_error', 'critical', 'error') AS severity,
        category,
        error_type,
        toJSONString(error_message),
        toJSONString(stack),
        trace_id,
        own_span,
        name(target),
        slug(target),
        iso(ended),
        if(category IN ('timeout_error', 'network_error', 'llm_error'), 'true', 'false'),
        service),
    map('service.name', service, 'service.version', release, 'deployment.environment.name', 'production',
        'kafka.topic', 'agent-telemetry-otlp-logs', 'kafka.partition', '0', 'kafka.offset', toString(intDiv(p, 50))),
    'agent_sdk',
    map('exception.type', error_type, 'exception.message', error_message, 'exception.stacktrace', stack,
        'gen_ai.agent.name', name(target), 'agent_telemetry.error.id', error_id),
    'exception'
FROM pairs
WHERE is_failed
