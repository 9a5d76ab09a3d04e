-- Failures, worked out by the observer as reports and spans arrive, and their groups.

-- Each failure with its reports in the order of their time. A unit is what is worked out together:
-- a trace, or a report without one.
CREATE TABLE IF NOT EXISTS known_failures
(
    event_time DateTime64(9, 'UTC') COMMENT 'Time of its first report' CODEC(Delta(8), ZSTD(1)),
    failure_id String COMMENT 'error_id of its first report' CODEC(ZSTD(1)),
    unit String COMMENT 'Its trace; of a failure without one the word report and its error_id' CODEC(ZSTD(1)),
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    fingerprint UInt64 COMMENT 'Same type, same normalised message',
    group_id UInt64 COMMENT 'Group, of the first report' CODEC(ZSTD(1)),
    error_type LowCardinality(String) COMMENT 'Class of the exception',
    message String COMMENT 'First 200 characters of the first report''s message' CODEC(ZSTD(1)),
    severity LowCardinality(String) COMMENT 'Of the first report',
    category LowCardinality(String) COMMENT 'Of the first report',
    agent_name LowCardinality(String) COMMENT 'Of the first report',
    service_name LowCardinality(String) COMMENT 'Of the first report',
    release LowCardinality(String) COMMENT 'Of the first report',
    reports UInt32 COMMENT 'How often it was reported',
    last_time DateTime64(9, 'UTC') COMMENT 'Time of its last report' CODEC(Delta(8), ZSTD(1)),
    report_ids Array(String) COMMENT 'error_id of each report' CODEC(ZSTD(1)),
    report_times Array(DateTime64(9, 'UTC')) COMMENT 'Time of each report' CODEC(ZSTD(1)),
    report_arrivals Array(DateTime64(9, 'UTC')) COMMENT 'First arrival of each report' CODEC(ZSTD(1)),
    report_severities Array(LowCardinality(String)) COMMENT 'Severity of each report',
    report_categories Array(LowCardinality(String)) COMMENT 'Category of each report',
    report_agents Array(LowCardinality(String)) COMMENT 'Agent of each report, normalised: lower case, dashes for spaces',
    is_repeated Bool COMMENT 'Whether its trace has another report of the same type and message, so that spans decide',
    arrived_at DateTime64(9, 'UTC') COMMENT 'Latest arrival of a report' CODEC(Delta(8), ZSTD(1)),
    digest UInt64 COMMENT 'Changes when anything before does' CODEC(NONE),
    is_deleted UInt8 COMMENT '1 when it is no failure any more: its reports belong to others',
    computed_at DateTime64(6, 'UTC') COMMENT 'When it was worked out; the latest wins',
    INDEX unit_bloom unit TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX report_ids_bloom report_ids TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX last_time_minmax last_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at, is_deleted)
ORDER BY (event_time, failure_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 512, allow_experimental_replacing_merge_with_cleanup = 1
COMMENT 'Failures as the observer last worked them out; exact for now: view failures';

-- Units to work out again because of what came in a window: their reports came, again or anew, or
-- spans of a trace in which spans decide. From 1970 on: all there are.
CREATE VIEW IF NOT EXISTS touched_units AS
SELECT unit
FROM
(
    SELECT if(trace_id = '', concat('report ', error_id), trace_id) AS unit
    FROM error_reports
    WHERE toYear({since:DateTime64(6, 'UTC')}) = 1970 OR error_id IN
    (
        SELECT id
        FROM arrivals
        WHERE inserted_at >= {since:DateTime64(6, 'UTC')} AND inserted_at < {until:DateTime64(6, 'UTC')} AND kind = 'error'
    )
    UNION ALL
    SELECT unit
    FROM known_failures
    WHERE toYear({since:DateTime64(6, 'UTC')}) = 1970 OR arrayExists(report -> report IN
    (
        SELECT id
        FROM arrivals
        WHERE inserted_at >= {since:DateTime64(6, 'UTC')} AND inserted_at < {until:DateTime64(6, 'UTC')} AND kind = 'error'
            AND toYear({since:DateTime64(6, 'UTC')}) > 1970
    ), report_ids)
    UNION ALL
    SELECT unit
    FROM known_failures
    WHERE is_repeated AND unit IN
    (
        SELECT trace_id
        FROM arrivals
        WHERE inserted_at >= {since:DateTime64(6, 'UTC')} AND inserted_at < {until:DateTime64(6, 'UTC')} AND kind = 'span'
    )
)
WHERE {shards:UInt32} = 1 OR cityHash64(unit) % {shards:UInt32} = {shard:UInt32}
GROUP BY unit
COMMENT 'Traces and reports whose failures have to be worked out again; touched_units(since, until, shard, shards)';

-- Contract 3: reports of one trace with the same type and normalised message, on one line of
-- spans and within 60 s, are one failure; its first report stands for it. Two spans lie on one
-- line when one is an ancestor of the other, or when nothing is known of that: they have no
-- ancestor in common, and one has no parent or ancestors that have not been seen (yet).
-- Comparing each with each costs seconds and gigabytes: after the first 200 such reports of a trace
-- the spans are not looked at, and what comes within 60 s of the report before is the same failure.
-- A report's failure depends on earlier ones alone: that of a past time is a part of it.
CREATE VIEW IF NOT EXISTS changed_failures AS
WITH
    touched AS
    (
        SELECT unit
        FROM touched_units(since = {since:DateTime64(6, 'UTC')}, until = {until:DateTime64(6, 'UTC')}, shard = {shard:UInt32}, shards = {shards:UInt32})
    ),
    told AS
    (
        SELECT
            if(trace_id = '', concat('report ', error_id), trace_id) AS unit,
            fingerprint,
            arraySort(r -> (r.1, r.2), groupArray((
                event_time, error_id, span_id, arrived_at, severity, category, replaceAll(lower(agent_name), ' ', '-'),
                (trace_id, group_id, error_type, leftUTF8(toValidUTF8(error_message), 200), service_name, release, agent_name)))) AS members,
            arrayMap(m -> (m.1, m.2, m.3), if(length(members) = 1, [], arraySlice(members, 1, 200))) AS compared
        FROM error_reports FINAL
        PREWHERE error_id IN
        (
            SELECT error_id
            FROM error_reports
            WHERE if(trace_id = '', concat('report ', error_id), trace_id) IN touched
        )
        WHERE unit IN touched
        GROUP BY unit, fingerprint
    ),
    parents AS
    (
        SELECT TraceId AS unit, mapFromArrays(groupArray(SpanId), groupArray(ParentSpanId)) AS parent_of
        FROM otel_traces FINAL
        WHERE TraceId IN touched
        GROUP BY TraceId
    ),
    compared_by_spans AS
    (
        SELECT
            unit, fingerprint, members,
            arrayMap(m -> arrayFold(
                (line, step) -> if(parent_of[line[-1]] = '' OR has(line, parent_of[line[-1]]), line, arrayPushBack(line, parent_of[line[-1]])),
                range(32), [m.3]), compared) AS ancestors,
            arrayMap(line -> length(line) = 1 OR NOT mapContains(parent_of, line[-1]), ancestors) AS open_ended,
            arrayFold(
                (firsts, i) -> arrayPushBack(firsts, arrayFirst(found -> found > 0, [arrayFirst(
                    (first, j) -> j < i
                        AND toUnixTimestamp64Nano(compared[i].1) - toUnixTimestamp64Nano(compared[j].1) <= 60000000000
                        AND (compared[i].3 = '' OR compared[j].3 = ''
                            OR has(ancestors[i], compared[j].3) OR has(ancestors[j], compared[i].3)
                            OR (open_ended[i] OR open_ended[j]) AND NOT hasAny(ancestors[i], ancestors[j])),
                    arrayPushBack(firsts, i), arrayEnumerate(arrayPushBack(firsts, i))), i])),
                arrayEnumerate(compared), emptyArrayUInt32()) AS roots
        FROM told LEFT JOIN parents USING (unit)
    ),
    gathered AS
    (
        SELECT
            unit,
            fingerprint,
            max(length(members)) > 1 AS is_repeated,
            arraySort(r -> (r.1, r.2), groupArray(member)) AS listed,
            listed[1].8 AS first
        FROM
        (
            SELECT
                unit, fingerprint, members,
                arrayFill(
                    (place, i, time, before) -> i <= 200 OR toUnixTimestamp64Nano(time) - toUnixTimestamp64Nano(before) > 60000000000,
                    arrayMap(i -> if(i <= length(roots), roots[i], i), arrayEnumerate(members)),
                    arrayEnumerate(members), members.1, arrayPushFront(arrayPopBack(members.1), members[1].1)) AS places
            FROM compared_by_spans
        )
        ARRAY JOIN members AS member, places AS place
        GROUP BY unit, fingerprint, place
    )
SELECT
    listed[1].1 AS event_time,
    listed[1].2 AS failure_id,
    unit,
    first.1 AS trace_id,
    fingerprint,
    first.2 AS group_id,
    first.3 AS error_type,
    first.4 AS message,
    listed[1].5 AS severity,
    listed[1].6 AS category,
    first.7 AS agent_name,
    first.5 AS service_name,
    first.6 AS release,
    toUInt32(length(listed)) AS reports,
    listed[-1].1 AS last_time,
    listed.2 AS report_ids,
    listed.1 AS report_times,
    listed.4 AS report_arrivals,
    listed.5 AS report_severities,
    listed.6 AS report_categories,
    listed.7 AS report_agents,
    is_repeated,
    arrayMax(listed.4) AS arrived_at,
    cityHash64(unit, fingerprint, first, is_repeated, arrayMap(r -> (r.1, r.2, r.4, r.5, r.6, r.7), listed)) AS digest,
    0 AS is_deleted,
    now64(6, 'UTC') AS computed_at
FROM gathered
COMMENT 'Failures of the units that arrivals touched, worked out anew; changed_failures(since, until, shard, shards)';

CREATE VIEW IF NOT EXISTS stored_failures AS
SELECT *
FROM known_failures FINAL
COMMENT 'Failures as the observer last worked them out';

-- What arrived since the observer's last run is worked out now; a row is seen later than it arrived
-- by the length of an insert at most. When it never ran, or long ago, all is.
CREATE VIEW IF NOT EXISTS failures AS
WITH
    (
        SELECT if(max(since) < now64(9, 'UTC') - INTERVAL 20 HOUR, toDateTime64('1970-01-01 00:00:00', 6, 'UTC'), toDateTime64(max(since), 6, 'UTC') - INTERVAL 20 SECOND)
        FROM observer_progress FINAL
        WHERE job = 'failures'
    ) AS done
SELECT *
FROM stored_failures
WHERE unit NOT IN (SELECT unit FROM touched_units(since = (SELECT done), until = '2100-01-01 00:00:00', shard = 0, shards = 1))
UNION ALL
SELECT *
FROM changed_failures(since = (SELECT done), until = '2100-01-01 00:00:00', shard = 0, shards = 1)
COMMENT 'Failures: the reports of one error on its way up together, exact at any time';

CREATE VIEW IF NOT EXISTS error_failures AS
SELECT report.1 AS error_id, failure_id
FROM
(
    SELECT failure_id, arrayJoin(arrayZip(report_ids, report_times)) AS report
    FROM failures
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
)
WHERE report.2 <= {at:DateTime64(9, 'UTC')}
COMMENT 'Which reports are one failure; error_failures(at)';

CREATE VIEW IF NOT EXISTS error_groups AS
SELECT
    lower(hex(group_id)) AS fingerprint,
    error_type,
    argMin(message, (event_time, failure_id)) AS message,
    count() AS failures,
    sum(f.reports) AS reports,
    min(event_time) AS first_seen,
    max(last_time) AS last_seen,
    arraySort(groupUniqArray(agent_name)) AS agents,
    arraySort(groupUniqArray(release)) AS releases,
    argMax(failure_id, (event_time, failure_id)) AS sample_id
FROM failures AS f
GROUP BY group_id, error_type
COMMENT 'Failures by type, normalised message and top frame';
