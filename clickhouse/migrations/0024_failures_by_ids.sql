-- Failures while reports and spans arrive: what is touched is looked up once, as ids, and only reports
-- and spans of these ids are read. Nothing is stored anew.

-- A report that came again may have been of another trace before: that says known_failures.
CREATE OR REPLACE VIEW touched_units AS
WITH
    (
        SELECT (
            groupUniqArrayIf(trace_id, kind = 'span'),
            groupUniqArrayIf(id, kind = 'error'),
            groupUniqArrayIf(if(trace_id = '', concat('report ', id), trace_id), kind = 'error'))
        FROM arrivals
        WHERE inserted_at >= {since:DateTime64(6, 'UTC')} AND inserted_at < {until:DateTime64(6, 'UTC')} AND kind IN ('error', 'span')
            AND toYear({since:DateTime64(6, 'UTC')}) > 1970
    ) AS came
SELECT DISTINCT unit
FROM
(
    SELECT arrayJoin(came.3) AS unit
    UNION ALL
    SELECT unit
    FROM known_failures
    WHERE toYear({since:DateTime64(6, 'UTC')}) = 1970
        OR is_repeated AND unit IN (SELECT arrayJoin(came.1))
        OR arrayExists(report -> report IN (SELECT arrayJoin(came.2)), report_ids)
    UNION ALL
    SELECT if(trace_id = '', concat('report ', error_id), trace_id) AS unit
    FROM error_reports
    WHERE toYear({since:DateTime64(6, 'UTC')}) = 1970
)
WHERE {shards:UInt32} = 1 OR cityHash64(unit) % {shards:UInt32} = {shard:UInt32}
COMMENT 'Traces and reports whose failures have to be worked out again; touched_units(since, until, shard, shards)';

-- Contract 3, as in 0014. Spans are read only where reports of one type and message name several.
-- Sets made of arrays: a subquery is run again wherever it stands, an array is there.
CREATE OR REPLACE VIEW changed_failures AS
WITH
    (
        SELECT groupArray(unit)
        FROM touched_units(since = {since:DateTime64(6, 'UTC')}, until = {until:DateTime64(6, 'UTC')}, shard = {shard:UInt32}, shards = {shards:UInt32})
    ) AS touched,
    (
        SELECT (groupUniqArrayArray(ids), groupUniqArrayIf(unit, spans > 1))
        FROM
        (
            SELECT
                if(trace_id = '', concat('report ', error_id), trace_id) AS unit,
                groupUniqArray(error_id) AS ids,
                uniqExactIf(span_id, span_id != '') AS spans
            FROM error_reports
            WHERE unit IN (SELECT arrayJoin(touched))
            GROUP BY unit, fingerprint
        )
    ) AS concerned,
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
        PREWHERE error_id IN (SELECT arrayJoin(concerned.1))
        WHERE unit IN (SELECT arrayJoin(touched))
        GROUP BY unit, fingerprint
    ),
    parents AS
    (
        SELECT unit, mapFromArrays(groupArray(span), groupArray(parent)) AS parent_of
        FROM
        (
            SELECT TraceId AS unit, SpanId AS span, argMax(ParentSpanId, Version) AS parent
            FROM otel_traces
            WHERE TraceId IN (SELECT arrayJoin(concerned.2))
            GROUP BY unit, span
        )
        GROUP BY unit
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

-- What the observer has looked at it has looked at for certain: what arrived later has a later time.
CREATE OR REPLACE VIEW failures AS
WITH
    (
        SELECT if(max(since) < now64(9, 'UTC') - INTERVAL 20 HOUR, toDateTime64('1970-01-01 00:00:00', 6, 'UTC'), toDateTime64(max(since), 6, 'UTC'))
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
