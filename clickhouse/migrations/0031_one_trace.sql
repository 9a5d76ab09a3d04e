-- Events by their trace: the index of events had to be asked for each of their granules, 18 ms at first and 5 again of two
-- million events. Rows of one trace are read with all of their columns: from parts with one file for them, as in 0030.

CREATE TABLE IF NOT EXISTS trace_events
(
    trace_id String COMMENT 'Trace that the event names' CODEC(ZSTD(1)),
    event_id String COMMENT 'Id of the event; whether the version that counts names the trace, events says' CODEC(ZSTD(1)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival' CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (trace_id, event_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 512, merge_selector_base = 10
COMMENT 'Events by trace: the events themselves are in events';

CREATE MATERIALIZED VIEW IF NOT EXISTS trace_events_from_events TO trace_events AS
SELECT trace_id, event_id, arrived_at
FROM events
WHERE trace_id != '';

INSERT INTO trace_events (trace_id, event_id, arrived_at)
SELECT trace_id, event_id, arrived_at
FROM events
WHERE trace_id != '';

ALTER TABLE events DROP INDEX IF EXISTS trace_id_bloom;

ALTER TABLE trace_messages MODIFY SETTING min_bytes_for_wide_part = 4294967296;

ALTER TABLE otel_traces MODIFY SETTING min_bytes_for_wide_part = 17179869184;
