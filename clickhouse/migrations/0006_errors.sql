-- Reports of errors from every source; which reports are one failure says the view error_failures.

CREATE TABLE IF NOT EXISTS error_reports
(
    error_id String COMMENT 'Id of the report' CODEC(ZSTD(1)),
    origin LowCardinality(String) COMMENT 'errors_topic, log, span_event or queue',
    severity LowCardinality(String) COMMENT 'critical, error, warning, info',
    category LowCardinality(String) COMMENT 'llm_error, agent_error, tool_error, handoff_error, validation_error, timeout_error, resource_error, network_error, config_error, unknown',
    error_type LowCardinality(String) COMMENT 'Class of the exception',
    error_message String COMMENT 'Message as it came' CODEC(ZSTD(1)),
    normalised_message String COMMENT 'First 1,000 characters of the message, ids, numbers, quoted texts and paths replaced' CODEC(ZSTD(1)),
    fingerprint UInt64 MATERIALIZED cityHash64(error_type, normalised_message) COMMENT 'Same type, same normalised message',
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span' CODEC(ZSTD(1)),
    agent_name LowCardinality(String) COMMENT 'Agent as it calls itself',
    operation LowCardinality(String) COMMENT 'What was being done',
    model_name LowCardinality(String) COMMENT 'Model',
    tool_name LowCardinality(String) COMMENT 'Tool',
    is_retryable Bool COMMENT 'Whether trying again may help',
    service_name LowCardinality(String) COMMENT 'service.name',
    release LowCardinality(String) COMMENT 'service.version, or release of the record',
    top_frame LowCardinality(String) COMMENT 'Innermost frame of the stack trace that belongs to the application: file and function, or class and method',
    group_id UInt64 MATERIALIZED cityHash64(error_type, normalised_message, top_frame) COMMENT 'Same type, normalised message and top frame',
    timestamp String COMMENT 'Time as it came',
    event_time DateTime64(9, 'UTC') COMMENT 'Time, UTC, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    oddities Array(LowCardinality(String)) COMMENT 'What is odd about the report',
    record String COMMENT 'DetailedError as JSON: as it came, or made from the exception' CODEC(ZSTD(3)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'First arrival' CODEC(Delta(8), ZSTD(1)),
    version UInt256 MATERIALIZED bitOr(bitOr(bitOr(
        bitShiftLeft(toUInt256(origin != 'queue'), 192),
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 128)),
        bitShiftLeft(toUInt256(cityHash64(origin, record)), 64)),
        toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(arrived_at))))) COMMENT 'A report wins over the answer that quotes it, then the earliest event time, then the content by its hash, then the first arrival',
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX event_time_minmax event_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY error_id
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 128
COMMENT 'Each report of an error once; a failure may be reported several times on its way up';

CREATE TABLE IF NOT EXISTS detailed_errors
(
    record String,
    origin LowCardinality(String),
    fallback_id String,
    fallback_time Nullable(DateTime64(9, 'UTC')),
    trace_id String,
    span_id String,
    service_name String,
    release String,
    arrived_at DateTime64(9, 'UTC')
)
ENGINE = Null
COMMENT 'In passing: DetailedErrors as JSON, whatever their origin';

CREATE MATERIALIZED VIEW IF NOT EXISTS detailed_errors_from_records TO detailed_errors AS
SELECT
    value AS record,
    'errors_topic' AS origin,
    concat('record-', lower(hex(value_hash))) AS fallback_id,
    parseDateTime64BestEffortOrNull(extract(headers['timestamp'], '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC') AS fallback_time,
    '' AS trace_id,
    '' AS span_id,
    headers['service'] AS service_name,
    arrived_at
FROM decoded_records
WHERE is_object AND topic = 'agent-telemetry-errors';

CREATE MATERIALIZED VIEW IF NOT EXISTS detailed_errors_from_logs TO detailed_errors AS
SELECT
    if(LogAttributes['agent_telemetry.error.id'] != '' AND JSONType(Body) = 'Object', Body,
        concat('{', arrayStringConcat(arrayMap(kv -> concat(toJSONString(kv.1), ':', kv.2), [
            ('severity', if(SeverityNumber >= 21, '"critical"', if(SeverityNumber >= 17 OR SeverityNumber = 0, '"error"', '"warning"'))),
            ('category', '"unknown"'),
            ('error_type', toJSONString(LogAttributes['exception.type'])),
            ('error_message', toJSONString(LogAttributes['exception.message'])),
            ('stack_trace', toJSONString(LogAttributes['exception.stacktrace'])),
            ('agent_name', toJSONString(LogAttributes['gen_ai.agent.name'])),
            ('model_name', toJSONString(LogAttributes['gen_ai.request.model'])),
            ('tool_name', toJSONString(LogAttributes['gen_ai.tool.name']))]), ','), '}')) AS record,
    'log' AS origin,
    if(LogAttributes['agent_telemetry.error.id'] != '', LogAttributes['agent_telemetry.error.id'], lower(hex(Identity))) AS fallback_id,
    EventTime AS fallback_time,
    TraceId AS trace_id,
    SpanId AS span_id,
    ServiceName AS service_name,
    ResourceAttributes['service.version'] AS release,
    ArrivedAt AS arrived_at
FROM otel_logs
WHERE LogAttributes['exception.type'] != '' OR LogAttributes['agent_telemetry.error.id'] != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS detailed_errors_from_spans TO detailed_errors AS
SELECT
    concat('{', arrayStringConcat(arrayMap(kv -> concat(toJSONString(kv.1), ':', kv.2), [
        ('severity', '"error"'),
        ('category', '"unknown"'),
        ('error_type', toJSONString(attributes['exception.type'])),
        ('error_message', toJSONString(attributes['exception.message'])),
        ('stack_trace', toJSONString(attributes['exception.stacktrace'])),
        ('agent_name', toJSONString(agent)),
        ('operation', toJSONString(SpanName))]), ','), '}') AS record,
    'span_event' AS origin,
    lower(hex(sipHash128(TraceId, SpanId, event_time, attributes['exception.type'], attributes['exception.message']))) AS fallback_id,
    event_time AS fallback_time,
    TraceId AS trace_id,
    SpanId AS span_id,
    ServiceName AS service_name,
    release,
    ArrivedAt AS arrived_at
FROM
(
    SELECT
        TraceId, SpanId, SpanName, ServiceName, ArrivedAt,
        SpanAttributes['gen_ai.agent.name'] AS agent,
        ResourceAttributes['service.version'] AS release,
        arrayJoin(arrayFilter(e -> e.2 = 'exception', arrayZip(Events.Timestamp, Events.Name, Events.Attributes))) AS event,
        event.1 AS event_time,
        event.3 AS attributes
    FROM otel_traces
);

-- An answer that names the error it tells of (our SDK's do) is that report once more.
CREATE MATERIALIZED VIEW IF NOT EXISTS detailed_errors_from_messages TO detailed_errors AS
SELECT
    concat('{', arrayStringConcat(arrayMap(kv -> concat(toJSONString(kv.1), ':', kv.2), [
        ('error_id', toJSONString(JSONExtractString(body, 'payload', 'error_id'))),
        ('severity', '"error"'),
        ('category', '"agent_error"'),
        ('error_type', toJSONString(JSONExtractString(body, 'payload', 'error_type'))),
        ('error_message', toJSONString(JSONExtractString(body, 'payload', 'error'))),
        ('agent_name', toJSONString(source_agent)),
        ('operation', toJSONString(concat('queue_task:', reason)))]), ','), '}') AS record,
    'queue' AS origin,
    message_id AS fallback_id,
    event_time AS fallback_time,
    trace_id,
    span_id,
    headers['service'] AS service_name,
    arrived_at
FROM agent_messages
WHERE message_type = 'error';

-- The normalised message: of the first 16,000 characters, each in this order
--   a quoted text             <text>   an apostrophe within a word opens none
--   whatever has a / or \     <path>   URLs, paths, relative ones too
--   a word with a digit, a UUID, 8 or more hexadecimal digits: <id>
--   white space               one space
-- and of that the first 1,000. The top frame: of Python the last, of others the first frame that
-- is in no package, standard library or framework; without line numbers, folders and counters.
CREATE MATERIALIZED VIEW IF NOT EXISTS error_reports_from_detailed_errors TO error_reports AS
WITH
    JSONExtract(d.record, 'Tuple(error_id Nullable(String), severity Nullable(String), category Nullable(String),
        error_type Nullable(String), error_message Nullable(String), stack_trace Nullable(String), trace_id Nullable(String),
        span_id Nullable(String), agent_name Nullable(String), operation Nullable(String), model_name Nullable(String),
        tool_name Nullable(String), timestamp Nullable(String), is_retryable Nullable(Bool), service_name Nullable(String),
        release Nullable(String), service_version Nullable(String))') AS j,
    coalesce(parseDateTime64BestEffortOrNull(extract(j.timestamp, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC'), d.fallback_time) AS at_time,
    ifNull(j.stack_trace, '') AS stack,
    arrayReverse(extractAll(right(stack, 20000), 'File "([^"\\n]+", line [0-9]+, in [^\\s]+)')) AS python_frames,
    extractAll(substring(arrayElement(splitByString('Caused by: ', stack), -1), 1, 20000), '(?m)^[ \\t]+at ([^\\n]+)') AS at_frames,
    extractAll(substring(stack, 1, 20000), '(?m)^([^\\s][^\\n]*\\([^\\n]*\\)\\n\\t[^\\n]+:[0-9]+)') AS go_frames,
    replaceRegexpOne(
        arrayFirst(f -> NOT match(f, '^<|site-packages|dist-packages|[\\\\/]agent_sdk[\\\\/]|/lib(?:64)?/python[0-9]|/lib/python[.0-9]*\\.zip|\\\\[Ll]ib\\\\'), python_frames),
        '^(?:[^"]*[\\\\/])?([^"\\\\/]+)", line [0-9]+, in (.*)$', '\\1:\\2') AS python_frame,
    arrayFirst(f -> NOT match(f, 'node_modules|node:|\\(internal/|\\(<anonymous>\\)|^<anonymous>|^native|\\(native\\)|^(?:[\\w.@-]*/+)*(?:java|javax|jakarta|jdk|sun|com\\.sun|kotlin|kotlinx|scala|akka|groovy|clojure|org\\.springframework|org\\.apache|org\\.hibernate|org\\.junit|io\\.netty|io\\.grpc|reactor|okhttp3|System|Microsoft)\\.[^ ]*\\('), at_frames) AS at_frame,
    if(match(at_frame, ':[0-9]+:[0-9]+\\)?\\s*$'),
        replaceRegexpOne(at_frame, '^(?:async )?(?:(.*?) \\()?(?:[^()]*[\\\\/])?([^()\\\\/]+?):[0-9]+:[0-9]+\\)?\\s*$', '\\2:\\1'),
        replaceRegexpAll(extract(at_frame, '^(?:[\\w.@-]*/+)*([^(]*)'), '\\$+Lambda.*|[0-9]+$|\\$[0-9]+', '')) AS called_frame,
    replaceRegexpAll(replaceRegexpOne(
        arrayFirst(f -> NOT match(f, '^runtime[./]|^panic\\(|^created by |^testing\\.|/go[-.0-9]*/src/|/libexec/src/|/pkg/mod/|/vendor/'), go_frames),
        '^([^\\n]*)\\([^\\n]*\\)\\n(?s:.*)$', '\\1'), '\\.func[0-9.]+', '.func') AS go_frame
SELECT
    if(ifNull(j.error_id, '') = '', d.fallback_id, assumeNotNull(j.error_id)) AS error_id,
    d.origin AS origin,
    if(ifNull(j.severity, '') = '', 'error', assumeNotNull(j.severity)) AS severity,
    if(ifNull(j.category, '') = '', 'unknown', assumeNotNull(j.category)) AS category,
    ifNull(j.error_type, '') AS error_type,
    ifNull(j.error_message, '') AS error_message,
    substring(trimBoth(replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(
        substring(error_message, 1, 16000),
        '"[^"]*(?:"|$)|`[^`]*(?:`|$)|\\B''(?:[^'']|''\\b)*?(?:''\\B|$)', '<text>'),
        '(?:\\b[A-Za-z][A-Za-z0-9+.-]*://[^\\s"''`<>()\\[\\]{}]*)|(?:\\b[A-Za-z]:)?[^\\s"''`(),:;=\\[\\]{}<>|]*[/\\\\][^\\s"''`(),:;=\\[\\]{}<>|]*', '<path>'),
        '\\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\\b|[\\w.+-]*[0-9][\\w+-]*(?:[.,:][\\w+-]*[0-9][\\w+-]*)*|\\b[0-9a-fA-F]{8,}\\b', '<id>'),
        '\\s+', ' ')), 1, 1000) AS normalised_message,
    if(ifNull(j.trace_id, '') = '', d.trace_id, assumeNotNull(j.trace_id)) AS trace_id,
    if(ifNull(j.span_id, '') = '', d.span_id, assumeNotNull(j.span_id)) AS span_id,
    ifNull(j.agent_name, '') AS agent_name,
    ifNull(j.operation, '') AS operation,
    ifNull(j.model_name, '') AS model_name,
    ifNull(j.tool_name, '') AS tool_name,
    ifNull(j.is_retryable, false) AS is_retryable,
    if(ifNull(j.service_name, '') = '', d.service_name, assumeNotNull(j.service_name)) AS service_name,
    multiIf(ifNull(j.release, '') != '', assumeNotNull(j.release), ifNull(j.service_version, '') != '', assumeNotNull(j.service_version), d.release) AS release,
    substringUTF8(replaceRegexpAll(multiIf(notEmpty(python_frames), python_frame, notEmpty(at_frames), called_frame, go_frame), '[0-9a-fA-F]{8,}', ''), 1, 200) AS top_frame,
    ifNull(j.timestamp, '') AS timestamp,
    least(greatest(ifNull(at_time, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS event_time,
    arrayFilter(o -> o != '', [
        if(isNull(at_time), 'timestamp_unreadable', ''),
        if(at_time != event_time, 'timestamp_out_of_range', ''),
        if(error_type = '' AND error_message = '', 'error_type_and_message_missing', '')]) AS oddities,
    d.record AS record,
    d.arrived_at AS arrived_at
FROM detailed_errors AS d;
