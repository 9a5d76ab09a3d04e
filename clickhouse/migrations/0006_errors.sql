-- Reports of errors from every source; which reports are one failure says the view error_failures.

CREATE TABLE IF NOT EXISTS error_reports
(
    error_id String COMMENT 'Id of the report' CODEC(ZSTD(1)),
    origin LowCardinality(String) COMMENT 'errors_topic, log, span_event or queue',
    severity LowCardinality(String) COMMENT 'critical, error, warning, info',
    category LowCardinality(String) COMMENT 'llm_error, agent_error, tool_error, handoff_error, validation_error, timeout_error, resource_error, network_error, config_error, unknown',
    error_type LowCardinality(String) COMMENT 'Class of the exception',
    error_message String COMMENT 'Message as it came' CODEC(ZSTD(1)),
    normalised_message String COMMENT 'Message with ids, numbers, quoted texts and paths replaced' CODEC(ZSTD(1)),
    fingerprint UInt64 MATERIALIZED cityHash64(error_type, normalised_message) COMMENT 'Same type, same normalised message',
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span' CODEC(ZSTD(1)),
    agent_name LowCardinality(String) COMMENT 'Agent as it calls itself',
    operation LowCardinality(String) COMMENT 'What was being done',
    model_name LowCardinality(String) COMMENT 'Model',
    tool_name LowCardinality(String) COMMENT 'Tool',
    is_retryable Bool COMMENT 'Whether trying again may help',
    service_name LowCardinality(String) COMMENT 'service.name',
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
    ArrivedAt AS arrived_at
FROM
(
    SELECT
        TraceId, SpanId, SpanName, ServiceName, ArrivedAt,
        SpanAttributes['gen_ai.agent.name'] AS agent,
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

CREATE MATERIALIZED VIEW IF NOT EXISTS error_reports_from_detailed_errors TO error_reports AS
WITH
    JSONExtract(d.record, 'Tuple(error_id Nullable(String), severity Nullable(String), category Nullable(String),
        error_type Nullable(String), error_message Nullable(String), trace_id Nullable(String), span_id Nullable(String),
        agent_name Nullable(String), operation Nullable(String), model_name Nullable(String), tool_name Nullable(String),
        timestamp Nullable(String), is_retryable Nullable(Bool), service_name Nullable(String))') AS j,
    coalesce(parseDateTime64BestEffortOrNull(extract(j.timestamp, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC'), d.fallback_time) AS at_time
SELECT
    if(ifNull(j.error_id, '') = '', d.fallback_id, assumeNotNull(j.error_id)) AS error_id,
    d.origin AS origin,
    if(ifNull(j.severity, '') = '', 'error', assumeNotNull(j.severity)) AS severity,
    if(ifNull(j.category, '') = '', 'unknown', assumeNotNull(j.category)) AS category,
    ifNull(j.error_type, '') AS error_type,
    ifNull(j.error_message, '') AS error_message,
    replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(
        substring(error_message, 1, 4000),
        '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}', '<id>'),
        '"[^"]*"|''[^'']*''|`[^`]*`', '<text>'),
        '(^|[\\s=(:,])(/[^\\s:,)]+)+', '\\1<path>'),
        '0x[0-9a-fA-F]+|\\b[0-9a-fA-F]*[0-9][0-9a-fA-F]{7,}\\b', '<hex>'),
        '[0-9]+(\\.[0-9]+)?', '<n>') AS normalised_message,
    if(ifNull(j.trace_id, '') = '', d.trace_id, assumeNotNull(j.trace_id)) AS trace_id,
    if(ifNull(j.span_id, '') = '', d.span_id, assumeNotNull(j.span_id)) AS span_id,
    ifNull(j.agent_name, '') AS agent_name,
    ifNull(j.operation, '') AS operation,
    ifNull(j.model_name, '') AS model_name,
    ifNull(j.tool_name, '') AS tool_name,
    ifNull(j.is_retryable, false) AS is_retryable,
    if(ifNull(j.service_name, '') = '', d.service_name, assumeNotNull(j.service_name)) AS service_name,
    ifNull(j.timestamp, '') AS timestamp,
    least(greatest(ifNull(at_time, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS event_time,
    arrayFilter(o -> o != '', [
        if(isNull(at_time), 'timestamp_unreadable', ''),
        if(at_time != event_time, 'timestamp_out_of_range', ''),
        if(error_type = '' AND error_message = '', 'error_type_and_message_missing', '')]) AS oddities,
    d.record AS record,
    d.arrived_at AS arrived_at
FROM detailed_errors AS d;

-- Contract 3: reports of one trace with the same type and normalised message, on one line of
-- spans and within 60 s, are one failure; its first report stands for it. Two spans lie on one
-- line when one is an ancestor of the other, or when nothing is known of that: they have no
-- ancestor in common, and one has no parent or ancestors that have not been seen (yet).
-- Of more than 200 such reports the spans are not looked at, since comparing each with each costs
-- seconds and gigabytes: what comes within 60 s of the report before is the same failure.
CREATE VIEW IF NOT EXISTS error_failures AS
WITH
    reports AS
    (
        SELECT error_id, trace_id, span_id, fingerprint, event_time
        FROM error_reports FINAL
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
    ),
    repeated AS
    (
        SELECT
            trace_id,
            arraySort(r -> (r.1, r.2), groupArray((event_time, error_id, span_id))) AS members,
            if(length(members) > 200, [], members) AS compared
        FROM reports
        WHERE trace_id != ''
        GROUP BY trace_id, fingerprint
        HAVING count() > 1
    ),
    parents AS
    (
        SELECT TraceId AS trace_id, mapFromArrays(groupArray(SpanId), groupArray(ParentSpanId)) AS parent_of
        FROM otel_traces FINAL
        WHERE TraceId IN (SELECT trace_id FROM repeated WHERE notEmpty(compared))
        GROUP BY TraceId
    ),
    lines AS
    (
        SELECT
            members,
            arrayMap(m -> arrayFold(
                (line, step) -> if(parent_of[line[-1]] = '' OR has(line, parent_of[line[-1]]), line, arrayPushBack(line, parent_of[line[-1]])),
                range(32), [m.3]), compared) AS ancestors,
            arrayMap(line -> length(line) = 1 OR NOT mapContains(parent_of, line[-1]), ancestors) AS open_ended,
            arrayFold(
                (firsts, i) -> arrayPushBack(firsts, arrayFirst(found -> found > 0, [arrayFirst(
                    (first, j) -> j < i
                        AND toUnixTimestamp64Nano(compared[i].1) - toUnixTimestamp64Nano(compared[j].1) <= 60000000000
                        AND (compared[i].3 = '' OR compared[j].3 = ''
                            OR has(ancestors[i], compared[j].3) OR has(ancestors[j], compared[i].3)
                            OR (open_ended[i] OR open_ended[j]) AND NOT hasAny(ancestors[i], ancestors[j])),
                    arrayPushBack(firsts, i), arrayEnumerate(arrayPushBack(firsts, i))), i])),
                arrayEnumerate(compared), emptyArrayUInt32()) AS roots,
            arrayMap(
                (m, before) -> toUnixTimestamp64Nano(m.1) - toUnixTimestamp64Nano(before.1) > 60000000000,
                members, arrayPushFront(arrayPopBack(members), members[1])) AS begins,
            if(empty(compared),
                arrayFill((id, begin) -> begin, members.2, begins),
                arrayMap(root -> compared[root].2, roots)) AS failure_ids
        FROM repeated LEFT JOIN parents USING (trace_id)
    ),
    assigned AS
    (
        SELECT
            pair.1 AS error_id,
            pair.2 AS failure_id
        FROM
        (
            SELECT arrayJoin(arrayZip(members.2, failure_ids)) AS pair
            FROM lines
        )
    )
SELECT
    reports.error_id AS error_id,
    if(ifNull(assigned.failure_id, '') = '', reports.error_id, assumeNotNull(assigned.failure_id)) AS failure_id
FROM reports LEFT JOIN assigned ON reports.error_id = assigned.error_id
COMMENT 'Which reports are one failure; error_failures(at)';
