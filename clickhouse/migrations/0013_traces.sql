-- Traces and spans for lists and totals: slim copies of spans in the order of time, and what the
-- observer works out of them, one row for each trace and one for each group of like spans.

CREATE TABLE IF NOT EXISTS span_outlines
(
    bucket DateTime('UTC') COMMENT 'Five minutes in which it started' CODEC(Delta(4), ZSTD(1)),
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span' CODEC(ZSTD(1)),
    parent_span_id String COMMENT 'Parent span, empty for a root' CODEC(ZSTD(1)),
    name LowCardinality(String) COMMENT 'Name of the span',
    kind LowCardinality(String) COMMENT 'agent, task, tool, llm_call, handoff, planning or reflection',
    otel_kind LowCardinality(String) COMMENT 'Internal, Client, Producer, Consumer, Server',
    agent_name LowCardinality(String) COMMENT 'Agent as it calls itself',
    agent_id String COMMENT 'Id of the agent, empty when it has none of its own' CODEC(ZSTD(1)),
    status LowCardinality(String) COMMENT 'completed, failed, running, waiting, cancelled',
    start_time DateTime64(9, 'UTC') COMMENT 'Start as it came' CODEC(Delta(8), ZSTD(1)),
    end_time Nullable(DateTime64(9, 'UTC')) COMMENT 'End as it came; NULL while running' CODEC(ZSTD(1)),
    event_time DateTime64(9, 'UTC') COMMENT 'Start, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    model LowCardinality(String) COMMENT 'Model',
    provider LowCardinality(String) COMMENT 'Provider of the model',
    input_tokens Nullable(UInt64) COMMENT 'Tokens in' CODEC(ZSTD(1)),
    output_tokens Nullable(UInt64) COMMENT 'Tokens out' CODEC(ZSTD(1)),
    cached_tokens Nullable(UInt64) COMMENT 'Tokens in that came from a cache' CODEC(ZSTD(1)),
    cost Nullable(Float64) COMMENT 'Price, where the span tells it (gen_ai.usage.cost, llm.cost.total, cost …)' CODEC(ZSTD(1)),
    tool_name LowCardinality(String) COMMENT 'Tool that was called',
    destination LowCardinality(String) COMMENT 'Topic of a messaging span',
    message_id String COMMENT 'Message of a messaging span' CODEC(ZSTD(1)),
    conversation_id String COMMENT 'Session or conversation' CODEC(ZSTD(1)),
    user_id String COMMENT 'User' CODEC(ZSTD(1)),
    error_type LowCardinality(String) COMMENT 'Type of the error',
    error_message String COMMENT 'First 200 characters of the error' CODEC(ZSTD(1)),
    user_input String COMMENT 'First 200 characters of the first user message' CODEC(ZSTD(1)),
    response String COMMENT 'First 200 characters of the answer of the model' CODEC(ZSTD(1)),
    service_name LowCardinality(String) COMMENT 'service.name',
    environment LowCardinality(String) COMMENT 'deployment.environment.name',
    event_count UInt32 COMMENT 'Events of the span' CODEC(ZSTD(1)),
    is_record Bool COMMENT 'Came as a JSON record, not by OTLP',
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival of this version' CODEC(Delta(8), ZSTD(1)),
    version UInt256 COMMENT 'As in otel_traces' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toISOWeek(event_time)
ORDER BY (bucket, trace_id, span_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 2048, min_compress_block_size = 16384
COMMENT 'Each span once, in the order of time, without what is big: for lists and figures';

CREATE MATERIALIZED VIEW IF NOT EXISTS span_outlines_from_spans TO span_outlines AS
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
FROM otel_traces;

CREATE TABLE IF NOT EXISTS trace_buckets
(
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    bucket DateTime('UTC') COMMENT 'Five minutes in which a span of it, or its record, started',
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival of one of them' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (trace_id, bucket)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 512
COMMENT 'Where in span_outlines the spans of a trace are';

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_buckets_from_spans TO trace_buckets AS
SELECT DISTINCT TraceId AS trace_id, toStartOfFiveMinutes(EventTime) AS bucket, ArrivedAt AS arrived_at
FROM otel_traces
WHERE TraceId != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_buckets_from_records TO trace_buckets AS
SELECT trace_id, toStartOfFiveMinutes(event_time) AS bucket, arrived_at
FROM trace_records;

CREATE TABLE IF NOT EXISTS trace_summaries
(
    bucket DateTime('UTC') COMMENT 'Five minutes in which it started' CODEC(Delta(4), ZSTD(1)),
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    start_time DateTime64(9, 'UTC') COMMENT 'Earliest start, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    end_time Nullable(DateTime64(9, 'UTC')) COMMENT 'Latest end' CODEC(ZSTD(1)),
    last_sign DateTime64(9, 'UTC') COMMENT 'Latest start or end of a span' CODEC(Delta(8), ZSTD(1)),
    settled_at DateTime64(9, 'UTC') COMMENT 'Nothing of it happened later; clamped to 2100' CODEC(Delta(8), ZSTD(1)),
    decided LowCardinality(String) COMMENT 'Status, but for traces that wait for their root',
    awaits_root Bool COMMENT 'Its root has not come: it runs until an hour after last_sign',
    span_count UInt32 COMMENT 'Spans' CODEC(ZSTD(1)),
    open_spans UInt32 COMMENT 'Spans that run or wait' CODEC(ZSTD(1)),
    running_spans UInt32 COMMENT 'Spans that run' CODEC(ZSTD(1)),
    failed_spans UInt32 COMMENT 'Spans that failed' CODEC(ZSTD(1)),
    llm_calls UInt32 COMMENT 'Calls of models' CODEC(ZSTD(1)),
    tool_calls UInt32 COMMENT 'Calls of tools' CODEC(ZSTD(1)),
    total_tokens UInt64 COMMENT 'Tokens of calls of models that are over' CODEC(ZSTD(1)),
    cost Nullable(Float64) COMMENT 'Sum of the prices that its spans tell' CODEC(ZSTD(1)),
    root_agent_id String COMMENT 'Agent of the first root span' CODEC(ZSTD(1)),
    root_agent_name LowCardinality(String) COMMENT 'The same as it calls itself',
    agents Array(LowCardinality(String)) COMMENT 'Agents, normalised' CODEC(ZSTD(1)),
    agent_count UInt32 COMMENT 'Agents by their ids' CODEC(ZSTD(1)),
    models Array(LowCardinality(String)) COMMENT 'Models' CODEC(ZSTD(1)),
    session_id String COMMENT 'Session' CODEC(ZSTD(1)),
    user_id String COMMENT 'User' CODEC(ZSTD(1)),
    names Array(LowCardinality(String)) COMMENT 'Names of its spans, at most 100' CODEC(ZSTD(1)),
    failed_span_id String COMMENT 'First failed span without a known parent' CODEC(ZSTD(1)),
    error_message String COMMENT 'Its error, 200 characters' CODEC(ZSTD(1)),
    user_input String COMMENT 'What the user asked, 200 characters' CODEC(ZSTD(1)),
    final_output String COMMENT 'What came out, 200 characters' CODEC(ZSTD(1)),
    record String COMMENT 'Trace record as it came, without spans that have rows; empty without one' CODEC(ZSTD(3)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Latest arrival' CODEC(Delta(8), ZSTD(1)),
    computed_at DateTime64(6, 'UTC') DEFAULT now64(6) COMMENT 'When it was worked out; the latest wins' CODEC(Delta(8), ZSTD(1)),
    is_deleted UInt8 DEFAULT 0 COMMENT '1: it is in another bucket'
)
ENGINE = ReplacingMergeTree(computed_at, is_deleted)
ORDER BY (bucket, trace_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 1024
COMMENT 'Each trace as the observer has last worked it out; up to date: view traces';

-- What came since a time, or since the observer's position for 1970; or all, where arrivals does not
-- reach back so far.
CREATE VIEW IF NOT EXISTS traces_touched AS
WITH
    if(
        {touched_from:DateTime64(6, 'UTC')} > toDateTime64('1970-01-01 00:00:00', 6, 'UTC'),
        {touched_from:DateTime64(6, 'UTC')},
        (
            SELECT max(since)
            FROM observer_progress FINAL
            WHERE job = 'traces'
        )) AS position
SELECT trace_id
FROM arrivals
WHERE inserted_at >= position AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
    AND kind IN ('span', 'trace_record') AND trace_id != ''
UNION DISTINCT
SELECT trace_id
FROM trace_buckets
WHERE position < now() - INTERVAL 46 HOUR AND {touched_to:DateTime64(6, 'UTC')} >= toDateTime64('2100-01-01 00:00:00', 6, 'UTC')
COMMENT 'Traces with arrivals that the observer has not worked out; traces_touched(touched_from, touched_to)';

CREATE VIEW IF NOT EXISTS traces_computed AS
WITH
    chosen AS
    (
        SELECT trace_id
        FROM traces_touched(touched_from = {touched_from:DateTime64(6, 'UTC')}, touched_to = {touched_to:DateTime64(6, 'UTC')})
        WHERE {trace_id:String} = ''
        UNION DISTINCT
        SELECT trace_id
        FROM trace_buckets
        WHERE bucket >= {bucket_from:DateTime('UTC')} AND bucket < {bucket_to:DateTime('UTC')}
        UNION DISTINCT
        SELECT trace_id
        FROM trace_summaries FINAL
        WHERE {trace_id:String} = '' AND {at:DateTime64(9, 'UTC')} < toDateTime64('2100-01-01 00:00:00', 9, 'UTC')
            AND bucket <= {at:DateTime64(9, 'UTC')} AND start_time <= {at:DateTime64(9, 'UTC')} AND settled_at > {at:DateTime64(9, 'UTC')}
        UNION DISTINCT
        SELECT {trace_id:String} AS trace_id
        WHERE {trace_id:String} != ''
    ),
    records AS
    (
        SELECT *, ifNull(r.end_time, r.event_time) <= {at:DateTime64(9, 'UTC')} AS is_known
        FROM trace_records AS r FINAL
        WHERE trace_id IN (SELECT trace_id FROM chosen)
    ),
    of_trace AS
    (
        SELECT
            *,
            event_time <= {at:DateTime64(9, 'UTC')} AS is_known,
            splitByChar(':', agent_name)[1] AS agent,
            replaceAll(lower(agent), ' ', '-') AS normalised,
            if(agent_id = '', normalised, agent_id) AS agent_key,
            ifNull(least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')), event_time) AS over_at,
            over_at <= {at:DateTime64(9, 'UTC')} AND (isNotNull(end_time) OR status NOT IN ('running', 'waiting')) AS is_over,
            if(is_over, status, 'running') AS state
        FROM span_outlines FINAL
        WHERE (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id IN (SELECT trace_id FROM chosen))
    ),
    summaries AS
    (
        SELECT
            trace_id,
            groupUniqArray(bucket) AS buckets,
            min(event_time) AS first_start,
            max(greatest(event_time, over_at)) AS settled_at,
            max(arrived_at) AS arrived_at,
            countIf(is_known) AS span_count,
            maxIf(end_time, is_known AND is_over) AS last_end,
            greatest(maxIf(event_time, is_known), ifNull(last_end, maxIf(event_time, is_known))) AS last_sign,
            countIf(is_known AND state IN ('running', 'waiting')) AS open_spans,
            countIf(is_known AND state = 'running') AS running_spans,
            countIf(is_known AND state = 'failed') AS failed_spans,
            groupArrayIf(span_id, is_known) AS ids,
            arraySort(groupArrayIf((event_time, span_id, parent_span_id, error_message), is_known AND state = 'failed')) AS failed,
            -- Ids, and after each the failures below it: has(ids, …) for each would hold ids that often.
            arraySort(arrayConcat(
                arrayMap(id -> (id, 0), if(empty(failed), [], ids)),
                arrayMap((f, place) -> (f.3, place), failed, arrayEnumerate(failed)))) AS lines,
            arrayMin(arrayFilter(
                (line, above) -> line.2 > 0 AND (line.1 = '' OR above.2 > 0 OR above.1 != line.1),
                lines, arrayFill(line -> line.2 = 0, lines)).2) AS top_place,
            arraySlice(failed, greatest(top_place, 1), top_place > 0) AS failed_top,
            countIf(is_known AND parent_span_id = '') > 0 AS has_root,
            argMinIf((agent_key, agent, state), (parent_span_id != '', event_time, span_id), is_known) AS root,
            minIf(conversation_id, is_known AND conversation_id != '') AS session,
            minIf(user_id, is_known AND user_id != '') AS user,
            sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), is_known AND is_over AND kind = 'llm_call') AS total_tokens,
            round(sumOrNullIf(o.cost, is_known AND is_over), 9) AS cost,
            uniqExactIf(agent_key, is_known AND agent_key != '') AS agent_count,
            arraySort(groupUniqArrayIf(normalised, is_known AND normalised != '')) AS agents,
            arraySort(groupUniqArrayIf(model, is_known AND model != '')) AS models,
            arraySort(groupUniqArrayIf(100)(name, is_known)) AS names,
            countIf(is_known AND kind = 'tool') AS tool_calls,
            countIf(is_known AND kind = 'llm_call') AS llm_calls,
            argMinIf(o.user_input, (event_time, span_id), is_known AND o.user_input != '') AS user_input,
            arraySort(groupArrayIf((event_time, span_id, agent_key, response), is_known AND is_over AND response != '')) AS responses
        FROM of_trace AS o
        GROUP BY trace_id
    )
SELECT
    if(s.trace_id = '', r.trace_id, s.trace_id) AS trace_id,
    arraySort(arrayDistinct(if(r.trace_id = '', s.buckets, arrayPushBack(s.buckets, toStartOfFiveMinutes(r.event_time))))) AS buckets,
    buckets[1] AS bucket,
    r.trace_id != '' AND r.is_known AS has_record,
    s.trace_id != '' AND s.span_count > 0 AS has_spans,
    multiIf(r.trace_id = '', s.first_start, s.trace_id = '', r.event_time, least(s.first_start, r.event_time)) AS start_time,
    greatest(if(has_record, ifNull(r.end_time, s.last_end), s.last_end), if(has_record, ifNull(s.last_end, r.end_time), s.last_end)) AS end_time,
    if(has_spans, s.last_sign, start_time) AS last_sign,
    greatest(start_time, s.settled_at, if(r.trace_id = '', start_time, least(ifNull(r.end_time, r.event_time), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')))) AS settled_at,
    multiIf(
        (has_record AND r.status = 'failed') OR notEmpty(s.failed_top), 'failed',
        has_record AND r.status NOT IN ('', 'running', 'waiting'), r.status,
        s.open_spans > 0 OR NOT (has_spans OR has_record), 'running',
        s.root.3 = 'cancelled', 'cancelled',
        'completed') AS decided,
    has_spans AND NOT s.has_root AND empty(s.failed_top) AND NOT (has_record AND r.status NOT IN ('', 'running', 'waiting')) AS awaits_root,
    s.span_count AS span_count,
    s.open_spans AS open_spans,
    s.running_spans AS running_spans,
    s.failed_spans AS failed_spans,
    s.llm_calls AS llm_calls,
    s.tool_calls AS tool_calls,
    s.total_tokens AS total_tokens,
    s.cost AS cost,
    s.root.1 AS root_agent_id,
    s.root.2 AS root_agent_name,
    s.agents AS agents,
    s.agent_count AS agent_count,
    s.models AS models,
    if(has_record AND r.session_id != '', r.session_id, s.session) AS session_id,
    if(has_record AND r.user_id != '', r.user_id, s.user) AS user_id,
    s.names AS names,
    if(empty(s.failed_top), '', s.failed_top[1].2) AS failed_span_id,
    if(empty(s.failed_top), '', s.failed_top[1].4) AS error_message,
    if(has_record AND r.user_input != '', substringUTF8(toValidUTF8(r.user_input), 1, 200), s.user_input) AS user_input,
    if(has_record AND r.final_output != '', substringUTF8(toValidUTF8(r.final_output), 1, 200), arrayLast(a -> a.3 = s.root.1, s.responses).4) AS final_output,
    if(has_record, toValidUTF8(r.record), '') AS record,
    greatest(s.arrived_at, r.arrived_at) AS arrived_at
FROM summaries AS s
FULL JOIN records AS r ON r.trace_id = s.trace_id
WHERE start_time <= {at:DateTime64(9, 'UTC')}
COMMENT 'Traces worked out from their spans: one, those of some buckets, or those that trace_summaries does not have as they are; traces_computed(at, touched_from, touched_to, bucket_from, bucket_to, trace_id)';

CREATE VIEW IF NOT EXISTS traces_settled AS
SELECT
    trace_id,
    bucket,
    start_time,
    if(awaits_root AND last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'running', decided) AS status,
    if(status = 'running' OR t.end_time < start_time, NULL, toUnixTimestamp64Nano(t.end_time) - toUnixTimestamp64Nano(start_time)) AS duration_ns,
    if(status = 'running', NULL, t.end_time) AS ended_at,
    last_sign, span_count, open_spans, running_spans, failed_spans, llm_calls, tool_calls, total_tokens, cost,
    root_agent_id, root_agent_name, agents, agent_count, models, session_id, user_id, names,
    failed_span_id, error_message, user_input, final_output, record
FROM trace_summaries AS t FINAL
WHERE bucket <= {at:DateTime64(9, 'UTC')} AND start_time <= {at:DateTime64(9, 'UTC')} AND settled_at <= {at:DateTime64(9, 'UTC')}
COMMENT 'Traces as last worked out, those of which nothing happened after a time; traces_settled(at, now)';

CREATE VIEW IF NOT EXISTS traces_open AS
SELECT
    trace_id,
    bucket,
    start_time,
    if(awaits_root AND last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'running', decided) AS status,
    if(status = 'running' OR t.end_time < start_time, NULL, toUnixTimestamp64Nano(t.end_time) - toUnixTimestamp64Nano(start_time)) AS duration_ns,
    if(status = 'running', NULL, t.end_time) AS ended_at,
    last_sign, span_count, open_spans, running_spans, failed_spans, llm_calls, tool_calls, total_tokens, cost,
    root_agent_id, root_agent_name, agents, agent_count, models, session_id, user_id, names,
    failed_span_id, error_message, user_input, final_output, record
FROM traces_computed(
    at = {at:DateTime64(9, 'UTC')},
    touched_from = {touched_from:DateTime64(6, 'UTC')},
    touched_to = {touched_to:DateTime64(6, 'UTC')},
    bucket_from = '2000-01-01 00:00:00',
    bucket_to = '2000-01-01 00:00:00',
    trace_id = {trace_id:String}) AS t
COMMENT 'Traces that traces_settled does not have as they are, or one; traces_open(at, now, touched_from, touched_to, trace_id)';

CREATE VIEW IF NOT EXISTS traces AS
SELECT *
FROM traces_settled(at = {at:DateTime64(9, 'UTC')}, now = {now:DateTime64(9, 'UTC')})
WHERE trace_id NOT IN (SELECT trace_id FROM traces_touched(touched_from = '1970-01-01 00:00:00', touched_to = '2100-01-01 00:00:00'))
UNION ALL
SELECT *
FROM traces_open(
    at = {at:DateTime64(9, 'UTC')},
    now = {now:DateTime64(9, 'UTC')},
    touched_from = '1970-01-01 00:00:00',
    touched_to = '2100-01-01 00:00:00',
    trace_id = '')
COMMENT 'Each trace with its status at a time; traces(at, now)';

CREATE TABLE IF NOT EXISTS span_rollups
(
    step UInt32 COMMENT 'Length of the bucket: 300 or 3600 s',
    bucket DateTime('UTC') COMMENT 'Start of the bucket in which the spans started' CODEC(Delta(4), ZSTD(1)),
    agent LowCardinality(String) COMMENT 'Agent, normalised',
    name LowCardinality(String) COMMENT 'Name of the spans',
    kind LowCardinality(String) COMMENT 'Kind of the spans',
    model LowCardinality(String) COMMENT 'Model',
    spans UInt64 COMMENT 'Spans' CODEC(ZSTD(1)),
    ended UInt64 COMMENT 'Spans that are over' CODEC(ZSTD(1)),
    ended_otlp UInt64 COMMENT 'Of these, those that have an end and came by OTLP' CODEC(ZSTD(1)),
    errors UInt64 COMMENT 'Spans that failed' CODEC(ZSTD(1)),
    input_tokens UInt64 COMMENT 'Tokens in' CODEC(ZSTD(1)),
    output_tokens UInt64 COMMENT 'Tokens out' CODEC(ZSTD(1)),
    cost Decimal(38, 12) COMMENT 'Sum of the prices' CODEC(ZSTD(1)),
    priced UInt64 COMMENT 'Spans that tell a price' CODEC(ZSTD(1)),
    duration_ns UInt64 COMMENT 'Sum of the durations' CODEC(ZSTD(1)),
    durations Map(Int16, UInt64) COMMENT 'How many spans took 2^(k/16) to 2^((k+1)/16) ns' CODEC(ZSTD(1)),
    first_seen DateTime64(9, 'UTC') COMMENT 'First start' CODEC(Delta(8), ZSTD(1)),
    last_seen DateTime64(9, 'UTC') COMMENT 'Last start' CODEC(Delta(8), ZSTD(1)),
    settled_at DateTime64(9, 'UTC') COMMENT 'Last start or end; clamped to 2100' CODEC(Delta(8), ZSTD(1)),
    computed_at DateTime64(6, 'UTC') DEFAULT now64(6) COMMENT 'When it was worked out; the latest wins' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (step, bucket, agent, name, kind, model)
TTL toDateTime(computed_at) + INTERVAL 14 DAY
COMMENT 'Figures of like spans in five minutes and in hours, as the observer has last worked them out; up to date: view span_figures';

-- Figures of the spans of some buckets of five minutes, from the deduplicated spans.
CREATE VIEW IF NOT EXISTS span_figures_computed AS
SELECT
    bucket,
    agent,
    name,
    kind,
    model,
    count() AS spans,
    countIf(is_over) AS ended,
    countIf(is_over AND NOT is_record AND isNotNull(end_time)) AS ended_otlp,
    countIf(is_over AND status = 'failed') AS errors,
    sumIf(ifNull(o.input_tokens, 0), is_over) AS input_tokens,
    sumIf(ifNull(o.output_tokens, 0), is_over) AS output_tokens,
    sumIf(toDecimal128(least(greatest(ifNull(o.cost, 0), -1e12), 1e12), 12), is_over) AS cost,
    countIf(is_over AND isNotNull(o.cost)) AS priced,
    sum(toUInt64(greatest(took, 0))) AS duration_ns,
    sumMapIf(map(toInt16(floor(log2(greatest(took, 1)) * 16)), toUInt64(1)), took >= 0) AS durations,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    max(greatest(event_time, over_at)) AS settled_at
FROM
(
    SELECT
        *,
        replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent,
        ifNull(least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')), event_time) AS over_at,
        over_at <= {at:DateTime64(9, 'UTC')} AND (isNotNull(end_time) OR status NOT IN ('running', 'waiting')) AS is_over,
        if(is_over, ifNull(toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time), -1), -1) AS took
    FROM span_outlines FINAL
    WHERE event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')} AND event_time <= {at:DateTime64(9, 'UTC')}
) AS o
GROUP BY bucket, agent, name, kind, model
COMMENT 'Figures of like spans in five minutes, worked out from the spans; span_figures_computed(at, since, until)';

CREATE VIEW IF NOT EXISTS span_buckets_touched AS
WITH
    if(
        {touched_from:DateTime64(6, 'UTC')} > toDateTime64('1970-01-01 00:00:00', 6, 'UTC'),
        {touched_from:DateTime64(6, 'UTC')},
        (
            SELECT max(since)
            FROM observer_progress FINAL
            WHERE job = 'traces'
        )) AS position
SELECT toStartOfFiveMinutes(event_time) AS bucket
FROM arrivals
WHERE inserted_at >= position AND inserted_at < {touched_to:DateTime64(6, 'UTC')} AND kind = 'span'
UNION DISTINCT
SELECT bucket
FROM span_outlines
WHERE position < now() - INTERVAL 46 HOUR AND {touched_to:DateTime64(6, 'UTC')} >= toDateTime64('2100-01-01 00:00:00', 6, 'UTC')
COMMENT 'Buckets of five minutes with spans that the observer has not worked out; span_buckets_touched(touched_from, touched_to)';

CREATE VIEW IF NOT EXISTS span_figures AS
WITH
    toDateTime(greatest({since:DateTime64(9, 'UTC')}, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), 'UTC') AS first,
    toDateTime(least({until:DateTime64(9, 'UTC')}, toDateTime64('2100-01-02 00:00:00', 9, 'UTC')), 'UTC') AS last,
    live AS
    (
        SELECT bucket
        FROM span_buckets_touched(touched_from = '1970-01-01 00:00:00', touched_to = '2100-01-01 00:00:00')
        UNION DISTINCT
        SELECT toStartOfFiveMinutes(first) AS bucket
        UNION DISTINCT
        SELECT toStartOfFiveMinutes(last) AS bucket
        UNION DISTINCT
        SELECT bucket
        FROM span_rollups FINAL
        WHERE step = 300 AND {at:DateTime64(9, 'UTC')} < toDateTime64('2100-01-01 00:00:00', 9, 'UTC')
            AND bucket <= {at:DateTime64(9, 'UTC')} AND settled_at > {at:DateTime64(9, 'UTC')}
    )
SELECT bucket, agent, name, kind, model, spans, ended, ended_otlp, errors, input_tokens, output_tokens, cost, priced, duration_ns, durations, first_seen, last_seen
FROM span_rollups FINAL
WHERE step = 3600 AND bucket >= first AND bucket + INTERVAL 1 HOUR <= last AND bucket <= {at:DateTime64(9, 'UTC')}
    AND bucket NOT IN (SELECT toStartOfHour(bucket) FROM live)
UNION ALL
SELECT bucket, agent, name, kind, model, spans, ended, ended_otlp, errors, input_tokens, output_tokens, cost, priced, duration_ns, durations, first_seen, last_seen
FROM span_rollups FINAL
WHERE step = 300 AND bucket >= first AND bucket + INTERVAL 5 MINUTE <= last AND bucket <= {at:DateTime64(9, 'UTC')}
    AND bucket NOT IN (SELECT bucket FROM live)
    AND (toStartOfHour(bucket) < first OR toStartOfHour(bucket) + INTERVAL 1 HOUR > last OR toStartOfHour(bucket) IN (SELECT toStartOfHour(bucket) FROM live))
UNION ALL
SELECT bucket, agent, name, kind, model, spans, ended, ended_otlp, errors, input_tokens, output_tokens, cost, priced, duration_ns, durations, first_seen, last_seen
FROM span_figures_computed(at = {at:DateTime64(9, 'UTC')}, since = {since:DateTime64(9, 'UTC')}, until = {until:DateTime64(9, 'UTC')})
WHERE bucket IN (SELECT bucket FROM live)
COMMENT 'Figures of like spans that started in a window, to be added up: hours, five minutes, and what is newer; span_figures(at, since, until)';

CREATE TABLE IF NOT EXISTS trace_messages
(
    trace_id String COMMENT 'Trace that the message names' CODEC(ZSTD(1)),
    message_id String COMMENT 'Message' CODEC(ZSTD(1)),
    message_type LowCardinality(String) COMMENT 'task, result, error, heartbeat, cancel',
    source_agent LowCardinality(String) COMMENT 'Sender as it calls itself',
    source LowCardinality(String) COMMENT 'Sender, normalised',
    agent LowCardinality(String) COMMENT 'Owner of the queue, normalised',
    parent_message_id String COMMENT 'Message that it answers' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span in which it was sent' CODEC(ZSTD(1)),
    reason String COMMENT 'Why, 200 characters' CODEC(ZSTD(1)),
    event_time DateTime64(9, 'UTC') COMMENT 'When it was sent' CODEC(Delta(8), ZSTD(1)),
    topic LowCardinality(String) COMMENT 'Kafka topic',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset',
    value_hash UInt64 COMMENT 'Hash of the value' CODEC(ZSTD(1)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (trace_id, message_id, topic, partition, offset, value_hash)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 512
COMMENT 'Records of queues by their trace, without what is big; a second record of a message is a delivery';

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_messages_from_messages TO trace_messages AS
SELECT
    trace_id, message_id, message_type, source_agent, source, agent, parent_message_id, span_id,
    substringUTF8(toValidUTF8(reason), 1, 200) AS reason,
    event_time, topic, partition, offset, value_hash, arrived_at
FROM agent_messages
WHERE trace_id != '';

CREATE TABLE IF NOT EXISTS trace_handoffs
(
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    message_id String COMMENT 'The task handed over; the handoff id when the record names none' CODEC(ZSTD(1)),
    handoff_id String COMMENT 'Id of the handoff record; the message id when there is none' CODEC(ZSTD(1)),
    source_agent_id String COMMENT 'Sender''s id' CODEC(ZSTD(1)),
    source_agent_name LowCardinality(String) COMMENT 'Sender',
    target_agent_id String COMMENT 'Receiver''s id' CODEC(ZSTD(1)),
    target_agent_name LowCardinality(String) COMMENT 'Receiver',
    reason String COMMENT 'Why' CODEC(ZSTD(1)),
    context String COMMENT 'Context, JSON' CODEC(ZSTD(1)),
    event_time DateTime64(9, 'UTC') COMMENT 'Time, UTC, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    record String COMMENT 'Handoff record as it came; empty when only the task is known' CODEC(ZSTD(3)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival' CODEC(Delta(8), ZSTD(1)),
    version UInt256 COMMENT 'As in handoffs' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (trace_id, message_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 512
COMMENT 'Handoffs by their trace';

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_handoffs_from_handoffs TO trace_handoffs AS
SELECT
    trace_id, message_id, handoff_id, source_agent_id, source_agent_name, target_agent_id, target_agent_name,
    reason, context, event_time, record, arrived_at, version
FROM handoffs
WHERE trace_id != '';

CREATE TABLE IF NOT EXISTS trace_links
(
    linked_trace_id String COMMENT 'Trace that is linked to' CODEC(ZSTD(1)),
    linked_span_id String COMMENT 'Its span' CODEC(ZSTD(1)),
    trace_id String COMMENT 'Trace of the span that has the link' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span that has the link' CODEC(ZSTD(1)),
    event_time DateTime64(9, 'UTC') COMMENT 'Start of that span' CODEC(Delta(8), ZSTD(1)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (linked_trace_id, linked_span_id, trace_id, span_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 512
COMMENT 'Links between spans of different traces, by the trace that is linked to';

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_links_from_spans TO trace_links AS
SELECT
    link.1 AS linked_trace_id,
    link.2 AS linked_span_id,
    TraceId AS trace_id,
    SpanId AS span_id,
    EventTime AS event_time,
    ArrivedAt AS arrived_at
FROM otel_traces
ARRAY JOIN arrayZip(Links.TraceId, Links.SpanId) AS link
WHERE linked_trace_id != '' AND linked_trace_id != TraceId;
