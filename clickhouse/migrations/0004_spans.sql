-- Spans of OTLP and of the JSON topics in one table; the view spans speaks our words.

CREATE TABLE IF NOT EXISTS otel_traces
(
    TraceId String COMMENT 'Trace id as it came: 32 hex digits in OTLP, any string in JSON records' CODEC(ZSTD(1)),
    SpanId String COMMENT 'Span id as it came' CODEC(ZSTD(1)),
    ParentSpanId String COMMENT 'Parent span, empty for a root' CODEC(ZSTD(1)),
    TraceState String COMMENT 'W3C tracestate' CODEC(ZSTD(1)),
    SpanName LowCardinality(String) COMMENT 'Name of the span' CODEC(ZSTD(1)),
    SpanKind LowCardinality(String) COMMENT 'OpenTelemetry kind: Internal, Client, Producer, Consumer, Server' CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) COMMENT 'service.name' CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'Resource attributes, Kafka position removed' CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) COMMENT 'Instrumentation scope' CODEC(ZSTD(1)),
    ScopeVersion LowCardinality(String) COMMENT 'Version of the scope' CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) COMMENT 'Attributes of the span' CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) COMMENT 'Unset, Ok, Error' CODEC(ZSTD(1)),
    StatusMessage String COMMENT 'Message of the status' CODEC(ZSTD(1)),
    Events Nested
    (
        Timestamp DateTime64(9, 'UTC'),
        Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    Links Nested
    (
        TraceId String,
        SpanId String,
        TraceState String,
        Attributes Map(LowCardinality(String), String)
    ) CODEC(ZSTD(1)),
    Timestamp DateTime64(9, 'UTC') COMMENT 'Start as it came' CODEC(Delta(8), ZSTD(1)),
    EndTimestamp Nullable(DateTime64(9, 'UTC')) COMMENT 'End as it came; NULL while running or when the sender gives none' CODEC(ZSTD(1)),
    EventTime DateTime64(9, 'UTC') COMMENT 'Start, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    Ended Bool COMMENT 'false: still running when last seen',
    Oddities Array(LowCardinality(String)) COMMENT 'What is odd about the span; empty when nothing is',
    Record String COMMENT 'JSON as it came, for spans of the JSON topics; else empty' CODEC(ZSTD(3)),
    Topic LowCardinality(String) COMMENT 'Kafka topic',
    Partition UInt32 COMMENT 'Kafka partition',
    Offset UInt64 COMMENT 'Kafka offset',
    ArrivedAt DateTime64(9, 'UTC') COMMENT 'Arrival of this version' CODEC(Delta(8), ZSTD(1)),
    Version UInt256 COMMENT 'Ended over running, then end time, then offset, then hash of the content' CODEC(ZSTD(1)),
    AgentName LowCardinality(String) MATERIALIZED multiIf(
        SpanAttributes['gen_ai.agent.name'] != '', SpanAttributes['gen_ai.agent.name'],
        SpanAttributes['agent.name'] != '', SpanAttributes['agent.name'],
        SpanAttributes['traceloop.span.kind'] = 'agent', SpanAttributes['traceloop.entity.name'],
        ResourceAttributes['gen_ai.agent.name']) COMMENT 'Agent, coalesced over the conventions',
    AgentSpanKind LowCardinality(String) MATERIALIZED multiIf(
        SpanAttributes['agent_telemetry.span.kind'] != '', SpanAttributes['agent_telemetry.span.kind'],
        SpanAttributes['openinference.span.kind'] IN ('LLM', 'EMBEDDING'), 'llm_call',
        SpanAttributes['openinference.span.kind'] = 'AGENT', 'agent',
        SpanAttributes['openinference.span.kind'] = 'TOOL', 'tool',
        SpanAttributes['openinference.span.kind'] != '', 'task',
        SpanAttributes['traceloop.span.kind'] IN ('agent', 'task', 'tool', 'handoff'), SpanAttributes['traceloop.span.kind'],
        SpanAttributes['gen_ai.operation.name'] IN ('chat', 'generate_content', 'text_completion', 'embeddings'), 'llm_call',
        SpanAttributes['gen_ai.operation.name'] IN ('invoke_agent', 'create_agent'), 'agent',
        SpanAttributes['gen_ai.operation.name'] = 'execute_tool', 'tool',
        SpanAttributes['gen_ai.operation.name'] = 'plan', 'planning',
        SpanAttributes['gen_ai.operation.name'] = 'handoff', 'handoff',
        SpanAttributes['messaging.system'] != '' AND SpanKind = 'Producer', 'handoff',
        'task') COMMENT 'agent, task, tool, llm_call, handoff, planning or reflection',
    Model LowCardinality(String) MATERIALIZED multiIf(
        SpanAttributes['gen_ai.response.model'] != '', SpanAttributes['gen_ai.response.model'],
        SpanAttributes['gen_ai.request.model'] != '', SpanAttributes['gen_ai.request.model'],
        SpanAttributes['llm.response.model_name'] != '', SpanAttributes['llm.response.model_name'],
        SpanAttributes['llm.model_name']) COMMENT 'Model, coalesced',
    Provider LowCardinality(String) MATERIALIZED multiIf(
        SpanAttributes['gen_ai.provider.name'] != '', SpanAttributes['gen_ai.provider.name'],
        SpanAttributes['gen_ai.system'] != '', SpanAttributes['gen_ai.system'],
        SpanAttributes['llm.provider']) COMMENT 'Provider of the model, coalesced',
    InputTokens Nullable(UInt64) MATERIALIZED coalesce(
        toUInt64OrNull(SpanAttributes['gen_ai.usage.input_tokens']),
        toUInt64OrNull(SpanAttributes['gen_ai.usage.prompt_tokens']),
        toUInt64OrNull(SpanAttributes['llm.token_count.prompt'])) COMMENT 'Tokens in, coalesced',
    OutputTokens Nullable(UInt64) MATERIALIZED coalesce(
        toUInt64OrNull(SpanAttributes['gen_ai.usage.output_tokens']),
        toUInt64OrNull(SpanAttributes['gen_ai.usage.completion_tokens']),
        toUInt64OrNull(SpanAttributes['llm.token_count.completion'])) COMMENT 'Tokens out, coalesced',
    Destination LowCardinality(String) MATERIALIZED if(
        SpanAttributes['messaging.destination.name'] != '', SpanAttributes['messaging.destination.name'],
        SpanAttributes['messaging.destination']) COMMENT 'Topic of a messaging span',
    MessageId String MATERIALIZED SpanAttributes['messaging.message.id'] COMMENT 'Message of a messaging span' CODEC(ZSTD(1)),
    INDEX EventTimeMinMax EventTime TYPE minmax GRANULARITY 1,
    INDEX MessageIdBloom MessageId TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(Version)
PARTITION BY toISOWeek(EventTime)
ORDER BY (TraceId, SpanId)
TTL toDateTime(ArrivedAt) + INTERVAL 14 DAY
SETTINGS index_granularity = 1024
COMMENT 'Each span once, its latest version';

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_traces_from_otlp TO otel_traces AS
WITH
    mapFilter((k, v) -> k NOT IN ('kafka.topic', 'kafka.partition', 'kafka.offset'), l.ResourceAttributes) AS resource,
    reinterpretAsInt64(l.Duration) AS signed_duration,
    toUInt64OrZero(l.ResourceAttributes['kafka.offset']) AS kafka_offset,
    replaceAll(l.SpanId, '0', '') = '' AS nameless,
    fromUnixTimestamp64Nano(toUnixTimestamp64Nano(Timestamp) + signed_duration, 'UTC') AS ended_at
SELECT
    TraceId,
    if(nameless, concat('record-', lower(hex(cityHash64(
        TraceId, SpanName, SpanKind, Timestamp, Duration, StatusMessage, SpanAttributes, toString(resource), Events.Attributes)))), l.SpanId) AS SpanId,
    ParentSpanId, TraceState, SpanName, SpanKind, ServiceName,
    resource AS ResourceAttributes,
    ScopeName, ScopeVersion, SpanAttributes, StatusCode, StatusMessage,
    Events.Timestamp, Events.Name, Events.Attributes,
    Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes,
    Timestamp,
    ended_at AS EndTimestamp,
    least(greatest(Timestamp, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    true AS Ended,
    arrayFilter(o -> o != '', [
        if(nameless, 'span_id_missing', ''),
        if(TraceId = '', 'trace_id_missing', ''),
        if(EventTime != Timestamp, 'start_out_of_range', ''),
        if(signed_duration < 0, 'end_before_start', '')]) AS Oddities,
    '' AS Record,
    l.ResourceAttributes['kafka.topic'] AS Topic,
    toUInt32OrZero(l.ResourceAttributes['kafka.partition']) AS Partition,
    kafka_offset AS Offset,
    now64(9, 'UTC') AS ArrivedAt,
    bitOr(bitOr(bitOr(
        bitShiftLeft(toUInt256(1), 192),
        bitShiftLeft(toUInt256(greatest(0, toUnixTimestamp64Nano(ended_at))), 128)),
        bitShiftLeft(toUInt256(kafka_offset), 64)),
        toUInt256(cityHash64(SpanName, SpanAttributes, StatusCode, StatusMessage))) AS Version
FROM landing_traces AS l;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_records_from_traces TO otlp_records AS
SELECT
    l.ResourceAttributes['kafka.topic'] AS topic,
    toUInt32OrZero(l.ResourceAttributes['kafka.partition']) AS partition,
    toUInt64OrZero(l.ResourceAttributes['kafka.offset']) AS offset,
    'stored' AS outcome
FROM landing_traces AS l
GROUP BY topic, partition, offset;

CREATE TABLE IF NOT EXISTS json_spans
(
    span String,
    topic LowCardinality(String),
    partition UInt32,
    offset UInt64,
    service String,
    arrived_at DateTime64(9, 'UTC')
)
ENGINE = Null
COMMENT 'In passing: spans of agent-telemetry-spans and those embedded in agent-telemetry-traces';

CREATE MATERIALIZED VIEW IF NOT EXISTS json_spans_from_records TO json_spans AS
SELECT value AS span, topic, partition, offset, headers['service'] AS service, arrived_at
FROM decoded_records
WHERE is_object AND topic = 'agent-telemetry-spans';

CREATE MATERIALIZED VIEW IF NOT EXISTS json_spans_from_traces TO json_spans AS
SELECT arrayJoin(JSONExtractArrayRaw(value, 'spans')) AS span, topic, partition, offset, headers['service'] AS service, arrived_at
FROM decoded_records
WHERE is_object AND topic = 'agent-telemetry-traces' AND JSONType(span) = 'Object';

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_traces_from_json TO otel_traces AS
WITH
    JSONExtract(span, 'Tuple(
        span_id Nullable(String), trace_id Nullable(String), parent_span_id Nullable(String),
        agent_id Nullable(String), agent_name Nullable(String), agent_type Nullable(String), agent_version Nullable(String),
        span_kind Nullable(String), status Nullable(String), start_time Nullable(String), end_time Nullable(String),
        model_name Nullable(String), model_provider Nullable(String), temperature Nullable(String), max_tokens Nullable(String),
        token_usage Tuple(prompt_tokens Nullable(UInt64), completion_tokens Nullable(UInt64), cached_tokens Nullable(UInt64)),
        error_message Nullable(String), error_type Nullable(String), attributes Map(String, String))') AS j,
    parseDateTime64BestEffortOrNull(extract(j.start_time, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC') AS started,
    parseDateTime64BestEffortOrNull(extract(j.end_time, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC') AS finished,
    ifNull(j.status, '') NOT IN ('running', 'waiting') AS over
SELECT
    ifNull(j.trace_id, '') AS TraceId,
    if(ifNull(j.span_id, '') = '', concat('record-', lower(hex(cityHash64(span)))), assumeNotNull(j.span_id)) AS SpanId,
    ifNull(j.parent_span_id, '') AS ParentSpanId,
    '' AS TraceState,
    trimRight(concat(ifNull(j.span_kind, ''), ' ', ifNull(j.agent_name, ''))) AS SpanName,
    'Internal' AS SpanKind,
    service AS ServiceName,
    map()::Map(LowCardinality(String), String) AS ResourceAttributes,
    '' AS ScopeName,
    '' AS ScopeVersion,
    mapFilter((k, v) -> v != '', mapUpdate(j.attributes, map(
        'agent_telemetry.span.kind', ifNull(j.span_kind, ''),
        'gen_ai.agent.id', ifNull(j.agent_id, ''),
        'gen_ai.agent.name', ifNull(j.agent_name, ''),
        'gen_ai.request.model', ifNull(j.model_name, ''),
        'gen_ai.provider.name', ifNull(j.model_provider, ''),
        'gen_ai.request.temperature', ifNull(j.temperature, ''),
        'gen_ai.request.max_tokens', ifNull(j.max_tokens, ''),
        'gen_ai.usage.input_tokens', ifNull(toString(j.token_usage.prompt_tokens), ''),
        'gen_ai.usage.output_tokens', ifNull(toString(j.token_usage.completion_tokens), ''),
        'gen_ai.usage.cache_read.input_tokens', ifNull(toString(j.token_usage.cached_tokens), ''),
        'error.type', ifNull(j.error_type, ''))))::Map(LowCardinality(String), String) AS SpanAttributes,
    multiIf(j.status = 'failed', 'Error', j.status = 'completed', 'Ok', 'Unset') AS StatusCode,
    ifNull(j.error_message, '') AS StatusMessage,
    ifNull(started, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')) AS Timestamp,
    finished AS EndTimestamp,
    least(greatest(Timestamp, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    over AS Ended,
    arrayFilter(o -> o != '', [
        if(ifNull(j.span_id, '') = '', 'span_id_missing', ''),
        if(ifNull(j.trace_id, '') = '', 'trace_id_missing', ''),
        if(isNull(started), 'start_time_unreadable', ''),
        if(EventTime != Timestamp, 'start_out_of_range', ''),
        if(isNull(finished) AND ifNull(j.end_time, '') != '', 'end_time_unreadable', ''),
        if(finished < started, 'end_before_start', '')]) AS Oddities,
    span AS Record,
    topic AS Topic,
    partition AS Partition,
    offset AS Offset,
    arrived_at AS ArrivedAt,
    bitOr(bitOr(bitOr(
        bitShiftLeft(toUInt256(over), 192),
        bitShiftLeft(toUInt256(greatest(0, ifNull(toUnixTimestamp64Nano(finished), 0))), 128)),
        bitShiftLeft(toUInt256(if(topic = 'agent-telemetry-spans', offset, 0)), 64)),
        toUInt256(cityHash64(span))) AS Version
FROM json_spans;

CREATE VIEW IF NOT EXISTS spans AS
SELECT
    TraceId AS trace_id,
    SpanId AS span_id,
    ParentSpanId AS parent_span_id,
    SpanName AS name,
    AgentSpanKind AS kind,
    AgentName AS agent_name,
    SpanAttributes['gen_ai.agent.id'] AS agent_id,
    multiIf(
        Record != '' AND JSONExtractString(Record, 'status') != '', JSONExtractString(Record, 'status'),
        SpanAttributes['agent_telemetry.span.status'] != '', SpanAttributes['agent_telemetry.span.status'],
        StatusCode = 'Error', 'failed',
        Ended, 'completed',
        'running') AS status,
    Timestamp AS start_time,
    EndTimestamp AS end_time,
    if(EndTimestamp < Timestamp, NULL, (toUnixTimestamp64Nano(EndTimestamp) - toUnixTimestamp64Nano(Timestamp)) / 1e6) AS duration_ms,
    Model AS model,
    Provider AS provider,
    InputTokens AS input_tokens,
    OutputTokens AS output_tokens,
    SpanAttributes['gen_ai.tool.name'] AS tool_name,
    Destination AS destination,
    MessageId AS message_id,
    multiIf(
        SpanAttributes['gen_ai.conversation.id'] != '', SpanAttributes['gen_ai.conversation.id'],
        SpanAttributes['session.id'] != '', SpanAttributes['session.id'],
        SpanAttributes['traceloop.association.properties.session_id']) AS conversation_id,
    SpanAttributes['error.type'] AS error_type,
    StatusMessage AS error_message,
    ServiceName AS service_name,
    SpanKind AS otel_kind,
    SpanAttributes AS attributes,
    ResourceAttributes AS resource_attributes,
    Links.TraceId AS link_trace_ids,
    Links.SpanId AS link_span_ids,
    Events.Timestamp AS event_times,
    Events.Name AS event_names,
    Events.Attributes AS event_attributes,
    Record AS record,
    Oddities AS oddities,
    EventTime AS event_time,
    ArrivedAt AS arrived_at,
    Topic AS topic,
    Partition AS partition,
    Offset AS offset
FROM otel_traces FINAL
COMMENT 'Spans in our words, coalesced over OpenTelemetry GenAI, OpenInference, OpenLLMetry and the JSON topics';

CREATE TABLE IF NOT EXISTS trace_records
(
    trace_id String COMMENT 'Trace',
    session_id String COMMENT 'Session',
    user_id String COMMENT 'User',
    status LowCardinality(String) COMMENT 'Status as its sender gives it',
    start_time Nullable(DateTime64(9, 'UTC')) COMMENT 'Start',
    end_time Nullable(DateTime64(9, 'UTC')) COMMENT 'End',
    event_time DateTime64(9, 'UTC') COMMENT 'Start, clamped to 2000..2100',
    user_input String COMMENT 'What the user asked' CODEC(ZSTD(3)),
    final_output String COMMENT 'What came out' CODEC(ZSTD(3)),
    record String COMMENT 'JSON as it came, without the spans that otel_traces has' CODEC(ZSTD(3)),
    topic LowCardinality(String) COMMENT 'Kafka topic',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset',
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival of this version',
    version UInt256 COMMENT 'Latest end time wins, then offset, then hash of the content'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY trace_id
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'Trace records of agent-telemetry-traces; OTLP has none';

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_records_from_records TO trace_records AS
WITH
    JSONExtract(value, 'Tuple(trace_id Nullable(String), session_id Nullable(String), user_id Nullable(String),
        status Nullable(String), start_time Nullable(String), end_time Nullable(String),
        user_input Nullable(String), final_output Nullable(String))') AS j,
    JSONExtractKeysAndValuesRaw(value) AS fields,
    arrayFirstIndex(kv -> kv.1 = 'spans', fields) AS first,
    -- The spans are left out when each of them has a row of its own.
    if(first > 0 AND startsWith(fields[first].2, '[') AND arrayAll(s -> JSONType(s) = 'Object', JSONExtractArrayRaw(value, 'spans')), first, 0) AS stored
SELECT
    if(ifNull(j.trace_id, '') = '', concat('record-', lower(hex(value_hash))), assumeNotNull(j.trace_id)) AS trace_id,
    ifNull(j.session_id, '') AS session_id,
    ifNull(j.user_id, '') AS user_id,
    ifNull(j.status, '') AS status,
    parseDateTime64BestEffortOrNull(extract(j.start_time, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC') AS start_time,
    parseDateTime64BestEffortOrNull(extract(j.end_time, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC') AS end_time,
    least(greatest(ifNull(start_time, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS event_time,
    ifNull(j.user_input, '') AS user_input,
    ifNull(j.final_output, '') AS final_output,
    concat('{', arrayStringConcat(arrayMap(kv -> concat(toJSONString(kv.1), ':', kv.2), arrayFilter((kv, i) -> i != stored, fields, arrayEnumerate(fields))), ','), '}') AS record,
    topic, partition, offset, arrived_at,
    bitOr(bitOr(
        bitShiftLeft(toUInt256(greatest(0, ifNull(toUnixTimestamp64Nano(end_time), 0))), 128),
        bitShiftLeft(toUInt256(offset), 64)),
        toUInt256(value_hash)) AS version
FROM decoded_records
WHERE is_object AND topic = 'agent-telemetry-traces';

CREATE TABLE IF NOT EXISTS trace_index
(
    trace_id String COMMENT 'Trace',
    start_time SimpleAggregateFunction(min, DateTime64(9, 'UTC')) COMMENT 'Earliest start seen, clamped',
    arrived_at SimpleAggregateFunction(min, DateTime64(9, 'UTC')) COMMENT 'First arrival'
)
ENGINE = AggregatingMergeTree
ORDER BY trace_id
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'When each trace began: min() only, so a redelivery changes nothing';

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_from_spans TO trace_index AS
SELECT TraceId AS trace_id, min(EventTime) AS start_time, min(ArrivedAt) AS arrived_at
FROM otel_traces
WHERE TraceId != ''
GROUP BY trace_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_index_from_records TO trace_index AS
SELECT trace_id, event_time AS start_time, arrived_at
FROM trace_records;
