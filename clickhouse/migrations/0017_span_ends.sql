-- Spans in the order of their ends, for the newest figures of single spans.

CREATE TABLE IF NOT EXISTS span_ends
(
    end_bucket DateTime('UTC') COMMENT 'Five minutes in which it ended' CODEC(Delta(4), ZSTD(1)),
    end_time DateTime64(9, 'UTC') COMMENT 'End, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    bucket DateTime('UTC') COMMENT 'Five minutes in which it started' CODEC(Delta(4), ZSTD(1)),
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span' CODEC(ZSTD(1)),
    agent LowCardinality(String) COMMENT 'Agent, normalised',
    event_time DateTime64(9, 'UTC') COMMENT 'Start, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (end_bucket, end_time, trace_id, span_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'Ends of the spans of OTLP; of a span that came with several ends, each: span_outlines has the one that counts';

CREATE MATERIALIZED VIEW IF NOT EXISTS span_ends_from_spans TO span_ends AS
SELECT
    toStartOfFiveMinutes(end_time) AS end_bucket,
    least(greatest(assumeNotNull(EndTimestamp), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS end_time,
    toStartOfFiveMinutes(EventTime) AS bucket,
    TraceId AS trace_id,
    SpanId AS span_id,
    replaceAll(lower(splitByChar(':', AgentName)[1]), ' ', '-') AS agent,
    EventTime AS event_time,
    ArrivedAt AS arrived_at
FROM otel_traces
WHERE isNotNull(EndTimestamp) AND Record = '';

-- The same in five minutes throughout, for steps shorter than an hour.
CREATE VIEW IF NOT EXISTS span_figures_fine AS
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
WHERE step = 300 AND bucket >= first AND bucket + INTERVAL 5 MINUTE <= last AND bucket <= {at:DateTime64(9, 'UTC')}
    AND bucket NOT IN (SELECT bucket FROM live)
UNION ALL
SELECT bucket, agent, name, kind, model, spans, ended, ended_otlp, errors, input_tokens, output_tokens, cost, priced, duration_ns, durations, first_seen, last_seen
FROM span_figures_computed(at = {at:DateTime64(9, 'UTC')}, since = {since:DateTime64(9, 'UTC')}, until = {until:DateTime64(9, 'UTC')})
WHERE bucket IN (SELECT bucket FROM live)
COMMENT 'Figures of like spans that started in a window, in five minutes, to be added up; span_figures_fine(at, since, until)';
