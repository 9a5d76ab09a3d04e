-- The version of a span in span_ends and trace_links: of two versions with other starts the same one
-- counts, in whatever order they come. And the query service's own spans stay in otel_traces, out of
-- the lists and figures of what it watches.
--
-- An engine cannot be altered. So a table is replaced at once by an empty one of the same name; the
-- view, which knows it by its name, goes on writing into it, without a version until its query is
-- altered; and at last everything is worked out from otel_traces, whose rows have the later version.
-- No insert fails, and run again, from wherever it was cut off, it gives the same.

CREATE OR REPLACE TABLE span_ends
(
    end_bucket DateTime('UTC') COMMENT 'Five minutes in which it ended' CODEC(Delta(4), ZSTD(1)),
    end_time DateTime64(9, 'UTC') COMMENT 'End, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    bucket DateTime('UTC') COMMENT 'Five minutes in which it started' CODEC(Delta(4), ZSTD(1)),
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span' CODEC(ZSTD(1)),
    agent LowCardinality(String) COMMENT 'Agent, normalised',
    event_time DateTime64(9, 'UTC') COMMENT 'Start, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival' CODEC(Delta(8), ZSTD(1)),
    version UInt256 COMMENT 'As in otel_traces' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (end_bucket, end_time, trace_id, span_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'Ends of the spans of OTLP; of a span that came with several ends, each: span_outlines has the one that counts';

ALTER TABLE span_ends_from_spans MODIFY QUERY
SELECT
    toStartOfFiveMinutes(end_time) AS end_bucket,
    least(greatest(assumeNotNull(EndTimestamp), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS end_time,
    toStartOfFiveMinutes(EventTime) AS bucket,
    TraceId AS trace_id,
    SpanId AS span_id,
    replaceAll(lower(splitByChar(':', AgentName)[1]), ' ', '-') AS agent,
    EventTime AS event_time,
    ArrivedAt AS arrived_at,
    Version AS version
FROM otel_traces
WHERE isNotNull(EndTimestamp) AND Record = '' AND ServiceName != 'agent-telemetry-query';

INSERT INTO span_ends (end_bucket, end_time, bucket, trace_id, span_id, agent, event_time, arrived_at, version)
SELECT
    toStartOfFiveMinutes(end_time) AS end_bucket,
    least(greatest(assumeNotNull(EndTimestamp), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS end_time,
    toStartOfFiveMinutes(EventTime) AS bucket,
    TraceId AS trace_id,
    SpanId AS span_id,
    replaceAll(lower(splitByChar(':', AgentName)[1]), ' ', '-') AS agent,
    EventTime AS event_time,
    ArrivedAt AS arrived_at,
    Version AS version
FROM otel_traces
WHERE isNotNull(EndTimestamp) AND Record = '' AND ServiceName != 'agent-telemetry-query';

CREATE OR REPLACE TABLE trace_links
(
    linked_trace_id String COMMENT 'Trace that is linked to' CODEC(ZSTD(1)),
    linked_span_id String COMMENT 'Its span' CODEC(ZSTD(1)),
    trace_id String COMMENT 'Trace of the span that has the link' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span that has the link' CODEC(ZSTD(1)),
    event_time DateTime64(9, 'UTC') COMMENT 'Start of that span' CODEC(Delta(8), ZSTD(1)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival' CODEC(Delta(8), ZSTD(1)),
    version UInt256 COMMENT 'As in otel_traces' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (linked_trace_id, linked_span_id, trace_id, span_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 512
COMMENT 'Links between spans of different traces, by the trace that is linked to';

ALTER TABLE trace_links_from_spans MODIFY QUERY
SELECT
    link.1 AS linked_trace_id,
    link.2 AS linked_span_id,
    TraceId AS trace_id,
    SpanId AS span_id,
    EventTime AS event_time,
    ArrivedAt AS arrived_at,
    Version AS version
FROM otel_traces
ARRAY JOIN arrayZip(Links.TraceId, Links.SpanId) AS link
WHERE linked_trace_id != '' AND linked_trace_id != TraceId;

INSERT INTO trace_links (linked_trace_id, linked_span_id, trace_id, span_id, event_time, arrived_at, version)
SELECT
    link.1 AS linked_trace_id,
    link.2 AS linked_span_id,
    TraceId AS trace_id,
    SpanId AS span_id,
    EventTime AS event_time,
    ArrivedAt AS arrived_at,
    Version AS version
FROM otel_traces
ARRAY JOIN arrayZip(Links.TraceId, Links.SpanId) AS link
WHERE linked_trace_id != '' AND linked_trace_id != TraceId;

-- The queries of the others are as they were, but for the name of the service.
ALTER TABLE trace_index_from_spans MODIFY QUERY
SELECT TraceId AS trace_id, min(EventTime) AS start_time, min(ArrivedAt) AS arrived_at
FROM otel_traces
WHERE TraceId != '' AND ServiceName != 'agent-telemetry-query'
GROUP BY trace_id;

ALTER TABLE trace_buckets_from_spans MODIFY QUERY
SELECT DISTINCT TraceId AS trace_id, toStartOfFiveMinutes(EventTime) AS bucket, ArrivedAt AS arrived_at
FROM otel_traces
WHERE TraceId != '' AND ServiceName != 'agent-telemetry-query';

ALTER TABLE span_outlines_from_spans MODIFY QUERY
WITH
    JSONExtractArrayRaw(if(Record != '', JSONExtractRaw(Record, 'messages'), SpanAttributes['gen_ai.input.messages'])) AS input,
    JSONExtractArrayRaw(SpanAttributes['gen_ai.output.messages']) AS output,
    m -> if(JSONHas(m, 'parts'),
        arrayStringConcat(arrayMap(p -> JSONExtractString(p, 'content'), arrayFilter(p -> JSONHas(p, 'content'), JSONExtractArrayRaw(m, 'parts'))), '\n'),
        JSONExtractString(m, 'content')) AS said,
    coalesce(
        toFloat64OrNull(SpanAttributes['gen_ai.usage.cost']),
        toFloat64OrNull(SpanAttributes['gen_ai.usage.total_cost']),
        toFloat64OrNull(SpanAttributes['llm.cost.total']),
        toFloat64OrNull(SpanAttributes['cost_usd']),
        toFloat64OrNull(SpanAttributes['cost'])) AS price
SELECT
    toStartOfFiveMinutes(EventTime) AS bucket,
    TraceId AS trace_id,
    SpanId AS span_id,
    ParentSpanId AS parent_span_id,
    SpanName AS name,
    AgentSpanKind AS kind,
    SpanKind AS otel_kind,
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
    EventTime AS event_time,
    Model AS model,
    Provider AS provider,
    InputTokens AS input_tokens,
    OutputTokens AS output_tokens,
    toUInt64OrNull(SpanAttributes['gen_ai.usage.cache_read.input_tokens']) AS cached_tokens,
    if(isFinite(price), price, NULL) AS cost,
    SpanAttributes['gen_ai.tool.name'] AS tool_name,
    Destination AS destination,
    MessageId AS message_id,
    multiIf(
        SpanAttributes['gen_ai.conversation.id'] != '', SpanAttributes['gen_ai.conversation.id'],
        SpanAttributes['session.id'] != '', SpanAttributes['session.id'],
        SpanAttributes['traceloop.association.properties.session_id']) AS conversation_id,
    SpanAttributes['user.id'] AS user_id,
    SpanAttributes['error.type'] AS error_type,
    substringUTF8(toValidUTF8(StatusMessage), 1, 200) AS error_message,
    substringUTF8(toValidUTF8(said(arrayFirst(m -> JSONExtractString(m, 'role') = 'user', input))), 1, 200) AS user_input,
    substringUTF8(toValidUTF8(if(Record != '', JSONExtractString(Record, 'response'), arrayStringConcat(arrayMap(m -> said(m), output), '\n'))), 1, 200) AS response,
    ServiceName AS service_name,
    if(ResourceAttributes['deployment.environment.name'] != '', ResourceAttributes['deployment.environment.name'], ResourceAttributes['deployment.environment']) AS environment,
    length(Events.Name) AS event_count,
    Record != '' AS is_record,
    ArrivedAt AS arrived_at,
    Version AS version
FROM otel_traces
WHERE ServiceName != 'agent-telemetry-query';
