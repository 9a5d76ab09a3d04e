-- Events in the order of their time: the table events has them by their id.

CREATE TABLE IF NOT EXISTS event_times
(
    event_time DateTime64(9, 'UTC') COMMENT 'Time, UTC, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    event_id String COMMENT 'Id of the event; one with several times counts at the earliest, which events has' CODEC(ZSTD(1)),
    event_type LowCardinality(String) COMMENT 'Type of the event',
    severity LowCardinality(String) COMMENT 'debug, info, warning, error, critical',
    agent LowCardinality(String) COMMENT 'Agent, normalised: lower case, dashes for spaces',
    preview String COMMENT 'First 200 characters of the text' CODEC(ZSTD(1)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'First arrival' CODEC(Delta(8), ZSTD(1)),
    content UInt64 COMMENT 'Hash of the content, which decides between equal times' CODEC(NONE)
)
ENGINE = ReplacingMergeTree(content)
PARTITION BY toISOWeek(event_time)
ORDER BY (event_time, event_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'Events by time: narrow columns to find a page by; the events themselves are in events';

CREATE MATERIALIZED VIEW IF NOT EXISTS event_times_from_events TO event_times AS
SELECT
    event_time,
    event_id,
    event_type,
    severity,
    replaceAll(lower(agent_name), ' ', '-') AS agent,
    leftUTF8(toValidUTF8(message), 200) AS preview,
    arrived_at,
    cityHash64(event_type, severity, message, data, record) AS content
FROM events;
