-- What the observer keeps: hourly counts, how far its jobs have come, and the records it found.

CREATE TABLE IF NOT EXISTS queue_counts_hourly
(
    bucket DateTime('UTC') COMMENT 'Start of the hour of sending (event_time)',
    agent LowCardinality(String) COMMENT 'Owner of the queue',
    source LowCardinality(String) COMMENT 'Sender, normalised',
    message_type LowCardinality(String) COMMENT 'task, result, error, heartbeat, cancel',
    priority LowCardinality(String) COMMENT 'low, normal, high, critical',
    messages UInt64 COMMENT 'Messages first sent in this hour: each message_id is counted in one row of the whole table',
    deliveries UInt64 COMMENT 'Records sent in this hour, those of a message_id seen before too',
    computed_at DateTime64(3, 'UTC') COMMENT 'When it was counted; the latest wins'
)
ENGINE = ReplacingMergeTree(computed_at)
PARTITION BY toYYYYMM(bucket)
ORDER BY (bucket, agent, source, message_type, priority)
TTL toDateTime(computed_at) + INTERVAL 14 DAY
COMMENT 'Counts of closed hours from the deduplicated agent_messages; with the open hour: view queue_counts';

CREATE TABLE IF NOT EXISTS observer_progress
(
    job LowCardinality(String) COMMENT 'Job of the observer',
    key String COMMENT 'What the position is of, e.g. topic id, topic and partition',
    position Int64 COMMENT 'rollups: end of the closed hours, Unix time; gaps: offset below which all is looked at',
    since DateTime64(9, 'UTC') COMMENT 'rollups: arrivals up to then are counted; gaps: rows that arrived earlier belong to an earlier topic of that name',
    updated_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When it was written; the latest wins'
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (job, key)
COMMENT 'How far the observer''s jobs have come, so that a restart goes on there';

CREATE TABLE IF NOT EXISTS landing_dead_letters
(
    topic LowCardinality(String),
    partition UInt32,
    offset UInt64,
    reason LowCardinality(String),
    value String,
    headers Map(LowCardinality(String), String)
)
ENGINE = Null
COMMENT 'Landing: records that the observer read from Kafka because no table has them';

CREATE MATERIALIZED VIEW IF NOT EXISTS dead_letters_from_observer TO dead_letters AS
SELECT topic, partition, offset, cityHash64(value) AS value_hash, reason, value, headers, now64(9, 'UTC') AS arrived_at
FROM landing_dead_letters;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_records_from_observer TO otlp_records AS
SELECT topic, partition, offset, 'dead_letter' AS outcome
FROM landing_dead_letters;
