-- Handoffs in the order of their time: the table handoffs is kept by the message that carried each.

CREATE TABLE IF NOT EXISTS handoff_times
(
    event_time DateTime64(9, 'UTC') COMMENT 'Time of the record, or of sending when only the task is known' CODEC(Delta(8), ZSTD(1)),
    message_id String COMMENT 'As in handoffs' CODEC(ZSTD(1)),
    is_record Bool COMMENT 'A handoff record, not the task itself',
    source LowCardinality(String) COMMENT 'Sender, normalised',
    target LowCardinality(String) COMMENT 'Receiver, normalised',
    priority LowCardinality(String) COMMENT 'Priority of the task as the context has it',
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    arrived_at DateTime('UTC') COMMENT 'Latest arrival' CODEC(ZSTD(1)),
    version UInt256 COMMENT 'As in handoffs',
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toISOWeek(event_time)
ORDER BY (toStartOfFiveMinutes(event_time), event_time, message_id, is_record)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 1024
COMMENT 'Every version of each handoff by its time; which one counts says handoffs';

CREATE MATERIALIZED VIEW IF NOT EXISTS handoff_times_from_handoffs TO handoff_times AS
SELECT
    event_time,
    message_id,
    record != '' AS is_record,
    replaceAll(lower(source_agent_name), ' ', '-') AS source,
    replaceAll(lower(target_agent_name), ' ', '-') AS target,
    JSONExtractString(context, 'priority') AS priority,
    trace_id,
    arrived_at,
    version
FROM handoffs;

CREATE TABLE IF NOT EXISTS agent_names
(
    agent LowCardinality(String) COMMENT 'Agent, normalised; parts of an agent are that agent',
    name LowCardinality(String) COMMENT 'A name that it is called by',
    first_seen SimpleAggregateFunction(min, DateTime64(9, 'UTC')) COMMENT 'First time it was called so',
    last_seen SimpleAggregateFunction(max, DateTime64(9, 'UTC')) COMMENT 'Last time it was called so',
    arrived_at SimpleAggregateFunction(max, DateTime('UTC')) COMMENT 'Latest arrival'
)
ENGINE = AggregatingMergeTree
ORDER BY (agent, name)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'What agents call themselves: min() and max() only, so a redelivery changes nothing';

CREATE MATERIALIZED VIEW IF NOT EXISTS agent_names_from_senders TO agent_names AS
SELECT source AS agent, source_agent AS name, min(event_time) AS first_seen, max(event_time) AS last_seen, max(m.arrived_at) AS arrived_at
FROM agent_messages AS m
WHERE source != ''
GROUP BY agent, name;

CREATE MATERIALIZED VIEW IF NOT EXISTS agent_names_from_receivers TO agent_names AS
SELECT m.agent AS agent, if(replaceAll(lower(target_agent), ' ', '-') = m.agent, target_agent, '') AS name, min(event_time) AS first_seen, max(event_time) AS last_seen, max(m.arrived_at) AS arrived_at
FROM agent_messages AS m
GROUP BY agent, name;

CREATE MATERIALIZED VIEW IF NOT EXISTS agent_names_from_spans TO agent_names AS
SELECT replaceAll(lower(name), ' ', '-') AS agent, splitByChar(':', AgentName)[1] AS name, min(EventTime) AS first_seen, max(EventTime) AS last_seen, max(ArrivedAt) AS arrived_at
FROM otel_traces
WHERE AgentName != ''
GROUP BY agent, name;

CREATE MATERIALIZED VIEW IF NOT EXISTS agent_names_from_events TO agent_names AS
SELECT replaceAll(lower(name), ' ', '-') AS agent, splitByChar(':', e.agent_name)[1] AS name, min(event_time) AS first_seen, max(event_time) AS last_seen, max(e.arrived_at) AS arrived_at
FROM events AS e
WHERE e.agent_name != ''
GROUP BY agent, name;

CREATE MATERIALIZED VIEW IF NOT EXISTS agent_names_from_errors TO agent_names AS
SELECT replaceAll(lower(name), ' ', '-') AS agent, splitByChar(':', e.agent_name)[1] AS name, min(event_time) AS first_seen, max(event_time) AS last_seen, max(e.arrived_at) AS arrived_at
FROM error_reports AS e
WHERE e.agent_name != ''
GROUP BY agent, name;
