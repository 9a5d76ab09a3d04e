-- What the detectors found, run by run of the observer, and whom it was told.

CREATE TABLE IF NOT EXISTS findings
(
    finding_id String COMMENT 'Id of kind and subject: the same whenever the same thing is found',
    opened_at DateTime64(6, 'UTC') COMMENT 'Run that found it first; with finding_id the identity of the episode',
    kind LowCardinality(String) COMMENT 'Kind of finding',
    subject String COMMENT 'What it is about, at most 500 characters' CODEC(ZSTD(1)),
    checked_at DateTime64(6, 'UTC') COMMENT 'Last run that found it, or missed it',
    resolved_at Nullable(DateTime64(6, 'UTC')) COMMENT 'Run that missed it for the last time; NULL while it is open',
    misses UInt8 COMMENT 'Runs in a row that did not find it',
    severity LowCardinality(String) COMMENT 'Severity when it was last found',
    worst_severity LowCardinality(String) COMMENT 'The worst that it had',
    severity_times Array(DateTime64(6, 'UTC')) COMMENT 'Runs at which the severity changed, at most 100',
    severities Array(LowCardinality(String)) COMMENT 'To what, at each of severity_times',
    confidence Float64 COMMENT 'From 0 to 1',
    title String COMMENT 'What is wrong, in a line' CODEC(ZSTD(1)),
    agents Array(String) COMMENT 'The one at fault first',
    caused_by String COMMENT 'finding_id of what explains it, or did last; empty for a root',
    first_seen DateTime64(9, 'UTC') COMMENT 'First sign of it in the data',
    last_seen DateTime64(9, 'UTC') COMMENT 'Last sign of it in the data',
    task_ids Array(String) COMMENT 'Tasks concerned, the first 20' CODEC(ZSTD(1)),
    tasks UInt64 COMMENT 'How many there are',
    trace_ids Array(String) COMMENT 'Traces concerned, the first 20' CODEC(ZSTD(1)),
    traces UInt64 COMMENT 'How many there are',
    error_ids Array(String) COMMENT 'Errors concerned, the first 20' CODEC(ZSTD(1)),
    errors UInt64 COMMENT 'How many there are',
    figures Map(String, Float64) COMMENT 'Evidence in numbers' CODEC(ZSTD(1)),
    facts Map(String, String) COMMENT 'Evidence in words' CODEC(ZSTD(1)),
    suggested_actions Array(String) COMMENT 'How to mend it, in order' CODEC(ZSTD(1)),
    run UInt64 COMMENT 'Run that wrote it; the latest wins'
)
ENGINE = ReplacingMergeTree(run)
ORDER BY (opened_at, finding_id)
TTL toDateTime(checked_at) + INTERVAL 90 DAY
SETTINGS index_granularity = 256 -- a few of them are read, and their rows are wide
COMMENT 'Episodes of findings: from the run that found it to the one that missed it for the last time';

CREATE TABLE IF NOT EXISTS finding_runs
(
    run UInt64 COMMENT 'Number of the run',
    at DateTime64(6, 'UTC') COMMENT 'Its time: what is wrong then',
    seconds Float64 COMMENT 'How long it took, s',
    found UInt32 COMMENT 'Findings',
    opened UInt32 COMMENT 'Episodes that it began',
    resolved UInt32 COMMENT 'Episodes that it ended',
    omitted UInt32 COMMENT 'New findings that were not kept: 1,000 were open',
    failed Map(String, String) COMMENT 'Kinds that could not be looked for, and why' CODEC(ZSTD(1)),
    cut Array(LowCardinality(String)) COMMENT 'Kinds with more findings than a run takes'
)
ENGINE = ReplacingMergeTree
ORDER BY run
TTL toDateTime(at) + INTERVAL 90 DAY
COMMENT 'Runs of the detectors by the observer';

CREATE TABLE IF NOT EXISTS finding_notices
(
    finding_id String COMMENT 'The finding',
    opened_at DateTime64(6, 'UTC') COMMENT 'Its episode',
    destination LowCardinality(String) COMMENT 'Form and key of the webhook; another address is another destination',
    event LowCardinality(String) COMMENT 'opened, worse, reminder or resolved',
    detail String COMMENT 'Of worse the severity, of reminder its number',
    part_of String COMMENT 'finding_id of the root that it was told below; empty when it was told itself',
    severity LowCardinality(String) COMMENT 'Severity that was told; of a root the worst of all below it',
    outcome LowCardinality(String) COMMENT 'sent or failed',
    reason String COMMENT 'Why it failed; it is tried again' CODEC(ZSTD(1)),
    tried_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC') COMMENT 'Last try; the latest wins'
)
ENGINE = ReplacingMergeTree(tried_at)
ORDER BY (opened_at, finding_id, destination, event, detail)
TTL toDateTime(tried_at) + INTERVAL 90 DAY
COMMENT 'What was told of findings, and what could not be told';
