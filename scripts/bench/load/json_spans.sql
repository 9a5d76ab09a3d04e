-- Spans by the JSON topic: those that have not ended, and of one trace in 100 both versions of
-- each span.
INSERT INTO landing_records (Timestamp, Body, LogAttributes)
-- model
-- spans
SELECT
    time(least(end, if(status = 'running', span_started, span_ended) + 100000)) AS Timestamp,
    base64Encode(format(
        '{{"span_id":"{}","trace_id":"{}","parent_span_id":{},"agent_id":"{}","agent_name":"{}","agent_type":"","agent_version":"{}","span_kind":"{}","status":"{}","start_time":"{}","end_time":{},"duration_ms":{},"input_data":{{}},"output_data":{{}},"model_name":{},"model_provider":{},"messages":[],"response":null,"token_usage":{},"error_message":{},"error_type":{},"attributes":{},"events":[]}}',
        own_id,
        trace_id,
        if(parent_id = '', 'null', concat('"', parent_id, '"')),
        slug(agent),
        name(agent),
        release,
        kind,
        status,
        iso(span_started),
        if(status = 'running', 'null', concat('"', iso(span_ended), '"')),
        if(status = 'running', 'null', toString((span_ended - span_started) / 1000)),
        if(kind = 'llm_call', concat('"', model, '"'), 'null'),
        if(kind = 'llm_call', concat('"', provider, '"'), 'null'),
        if(kind = 'llm_call', concat('{"prompt_tokens":', toString(input_tokens), ',"completion_tokens":', toString(output_tokens), ',"cached_tokens":0}'), 'null'),
        if(status = 'failed', toJSONString(error_message), 'null'),
        if(status = 'failed', concat('"', error_type, '"'), 'null'),
        toJSONString(mapFilter((key, value) -> key LIKE 'messaging.%' OR key LIKE '%conversation%', attributes)))) AS Body,
    map(
        'kafka.topic', 'agent-telemetry-spans',
        'kafka.partition', toString(t % 3),
        'kafka.offset', toString(p * 6 + indexOf(['root', 'plan', 'send', 'work', 'inner'], part) % 3 * 2 + if(status = 'running', 0, 1)),
        'kafka.header.service', concat('agent-', slug(agent)),
        'kafka.header.timestamp', iso(span_started)) AS LogAttributes
FROM all_spans
ARRAY JOIN if(has_not_ended, ['running'], ['running', if(has_failed, 'failed', 'completed')]) AS status
WHERE is_json OR has_not_ended
