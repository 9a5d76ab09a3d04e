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

CREATE VIEW IF NOT EXISTS queue_counts AS
WITH
    (
        SELECT least(toDateTime(max(position), 'UTC'), toStartOfHour({at:DateTime64(9, 'UTC')}))
        FROM observer_progress FINAL
        WHERE job = 'rollups'
    ) AS open_from
SELECT agent, source, message_type, priority, messages, deliveries
FROM queue_counts_hourly FINAL
WHERE bucket < open_from
UNION ALL
SELECT agent, source, message_type, priority, 0 AS messages, count() AS deliveries
FROM agent_messages FINAL
WHERE event_time >= open_from AND event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY agent, source, message_type, priority
UNION ALL
SELECT earliest.1 AS agent, earliest.2 AS source, earliest.3 AS message_type, earliest.4 AS priority, count() AS messages, 0 AS deliveries
FROM
(
    SELECT argMin(
        (agent, source, message_type, priority),
        (event_time, bitNot(cityHash64(topic, partition, offset, value_hash)))) AS earliest
    FROM agent_messages
    WHERE event_time <= {at:DateTime64(9, 'UTC')} AND message_id IN
    (
        SELECT message_id
        FROM agent_messages
        WHERE event_time >= open_from AND event_time <= {at:DateTime64(9, 'UTC')}
    )
    GROUP BY message_id
    HAVING min(event_time) >= open_from
)
GROUP BY agent, source, message_type, priority
COMMENT 'Messages and deliveries up to a time: closed hours, and the open one counted live; queue_counts(at)';

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
