-- What came by OTLP and what became of it; a second delivery that is not merged yet counts too.
SELECT
    (SELECT count() FROM otel_traces) AS spans,
    countIf(outcome = 'stored') AS stored,
    countIf(outcome = 'dead_letter') AS dead,
    countIf(outcome = 'gone') AS gone
FROM otlp_records
