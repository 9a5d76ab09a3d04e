-- Records of the raw JSON topics, decoded once; what is no JSON object goes to dead_letters.

CREATE TABLE IF NOT EXISTS decoded_records
(
    arrived_at DateTime64(9, 'UTC'),
    topic LowCardinality(String),
    partition UInt32,
    offset UInt64,
    raw String,
    value String,
    value_hash UInt64,
    is_object Bool,
    headers Map(LowCardinality(String), String)
)
ENGINE = Null
COMMENT 'In passing: decoded Kafka records, read by the materialized views below';

CREATE TABLE IF NOT EXISTS dead_letters
(
    topic LowCardinality(String) COMMENT 'Kafka topic of the record',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset',
    value_hash UInt64 COMMENT 'cityHash64 of value',
    reason LowCardinality(String) COMMENT 'not_json, not_an_object, half_surrogate (its row is there too, without the half), unknown_topic, otlp_undecodable or otlp_not_stored',
    value String COMMENT 'The record as it came, byte for byte' CODEC(ZSTD(3)),
    headers Map(LowCardinality(String), String) COMMENT 'Kafka headers that were kept',
    arrived_at DateTime64(9, 'UTC') COMMENT 'First arrival',
    version UInt64 MATERIALIZED bitNot(toUInt64(toUnixTimestamp64Nano(arrived_at))) COMMENT 'First arrival wins'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (topic, partition, offset, value_hash)
TTL toDateTime(arrived_at) + INTERVAL 30 DAY
COMMENT 'Records that no table can hold, byte for byte, with the reason';

CREATE MATERIALIZED VIEW IF NOT EXISTS dead_letters_from_records TO dead_letters AS
SELECT
    topic,
    partition,
    offset,
    value_hash,
    multiIf(
        is_object AND raw != d.value, 'half_surrogate',
        is_object, 'unknown_topic',
        isValidJSON(raw), 'not_an_object',
        'not_json') AS reason,
    raw AS value,
    headers,
    arrived_at
FROM decoded_records AS d
WHERE NOT is_object
    -- Its row has the record without the half; here it is as it came.
    OR raw != d.value
    OR NOT (startsWith(topic, 'agent-queue-') OR topic IN (
        'agent-telemetry-spans', 'agent-telemetry-traces', 'agent-telemetry-events',
        'agent-telemetry-handoffs', 'agent-telemetry-metrics', 'agent-telemetry-errors'));

CREATE TABLE IF NOT EXISTS otlp_records
(
    topic LowCardinality(String) COMMENT 'Kafka topic of the OTLP record',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset',
    outcome LowCardinality(String) COMMENT 'stored, empty, dead_letter or gone (no longer in Kafka)',
    arrived_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, partition, offset)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'Each OTLP record that reached a table or was looked at by the observer; what is missing here is a gap';
