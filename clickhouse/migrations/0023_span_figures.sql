-- Of the hour of a past time only what started up to then: nothing said that it is to be cut, unless one
-- of its spans was not over.

CREATE OR REPLACE VIEW span_figures AS
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
        SELECT toStartOfFiveMinutes({at:DateTime64(9, 'UTC')}) AS bucket
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
