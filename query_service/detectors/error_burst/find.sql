-- Groups of failures of an agent that are new, or far more than of the seven days before was to be expected.
WITH
    {since:DateTime64(9, 'UTC')} AS began,
    {at:DateTime64(9, 'UTC')} AS now,
    greatest(60, dateDiff('second', began, now)) AS length,
    text -> replaceAll(lower(splitByChar(':', toString(text))[1]), ' ', '-') AS normalised,
    recent AS MATERIALIZED
    (
        SELECT
            fingerprint,
            owner,
            count() AS failures,
            uniqExact(unit) AS units,
            sum(reports) AS reports,
            countIf(severity = 'critical') AS critical,
            countIf(severity IN ('warning', 'info', 'debug')) AS mild,
            -- Another agent failed before in the same trace: this one passes it on.
            countIf(first_owner != owner) AS passed_on,
            if(passed_on * 2 >= failures, arrayFilter(a -> a NOT IN ('', owner), topKIf(5)(first_owner, first_owner != owner)), []) AS origins,
            toString(any(error_type)) AS type,
            argMin(message, (event_time, failure_id)) AS sample,
            topK(1)(toString(category))[1] AS kind,
            topK(1)(group_id)[1] AS group,
            toString(argMax(release, event_time)) AS newest_release,
            min(event_time) AS first_at,
            max(event_time) AS last_at,
            groupArraySorted(1000)((event_time, failure_id)) AS ids,
            groupArraySortedIf(1000)((event_time, trace_id), trace_id != '') AS traced,
            uniqExactIf(trace_id, trace_id != '') AS traces
        FROM
        (
            SELECT *, normalised(agent_name) AS owner, first_value(owner) OVER (PARTITION BY unit ORDER BY event_time, failure_id) AS first_owner
            FROM known_failures FINAL
            WHERE event_time > began AND event_time <= now
        )
        GROUP BY fingerprint, owner
        HAVING failures >= {min_failures:Float64} AND (units >= {min_tasks:Float64} OR failures >= {many_failures:Float64})
    ),
    earlier AS
    (
        SELECT known, of_agent, sum(found) AS before, arrayReverseSort(groupArray(found)) AS in_slots
        FROM
        (
            SELECT
                fingerprint AS known, normalised(agent_name) AS of_agent,
                intDiv(dateDiff('second', event_time, began), length) AS slot, uniqExact(failure_id) AS found
            FROM known_failures
            WHERE event_time > began - INTERVAL 7 DAY AND event_time <= began AND is_deleted = 0
                AND fingerprint IN (SELECT fingerprint FROM recent)
            GROUP BY known, of_agent, slot
        )
        GROUP BY known, of_agent
    ),
    -- How much the agents did then and do now: of the seven days before and of the window.
    work_before AS
    (
        SELECT agent, sum(f.spans) AS spans, min(f.first_seen) AS began_at
        FROM usual_spans(until = {since:DateTime64(9, 'UTC')}) AS f
        WHERE f.agent IN (SELECT owner FROM recent) AND f.spans > 0
        GROUP BY agent
    ),
    work_now AS
    (
        SELECT normalised(agent_name) AS agent, uniq(trace_id, span_id) AS spans
        FROM span_outlines
        WHERE bucket BETWEEN toStartOfFiveMinutes(toDateTime(began, 'UTC')) AND now AND event_time > began AND event_time <= now
        GROUP BY agent
    ),
    judged AS
    (
        SELECT
            r.*,
            e.before AS before,
            b.spans >= 20 AS has_past,
            greatest(length, dateDiff('second', b.began_at, began)) AS past_seconds,
            -- In proportion to the time and to what the agent did; without a past, one of twenty spans.
            if(has_past, (e.before + 0.5) * greatest(length / least(past_seconds, 604800), w.spans / b.spans), greatest(1, 0.05 * w.spans)) AS expected,
            -- Errors that always come in bursts: what nineteen of twenty earlier windows stayed below.
            toFloat64(e.in_slots[1 + toUInt32(0.05 * past_seconds / length)]) AS usual_burst,
            -- How improbable so many are by chance: e to the minus this at the most.
            r.failures * log(r.failures / expected) - r.failures + expected AS surprise
        FROM recent AS r
        LEFT JOIN earlier AS e ON e.known = r.fingerprint AND e.of_agent = r.owner
        LEFT JOIN work_before AS b ON b.agent = r.owner
        LEFT JOIN work_now AS w ON w.agent = r.owner
    )
SELECT
    concat(lower(hex(fingerprint)), ' ', owner) AS subject,
    arraySlice(arrayFilter(a -> a != '', arrayPushFront(origins, owner)), 1, 20) AS agents,
    multiIf(critical * 2 >= failures, 'critical', mild = failures, 'low', failures < 10 OR passed_on * 2 >= failures, 'medium', '') AS severity,
    greatest(0.3, least(0.99, 1 - expected / failures)) * if(has_past, 1, 0.7) AS confidence,
    first_at AS first_seen,
    last_at AS last_seen,
    CAST([], 'Array(String)') AS task_ids,
    arrayDistinct(arrayMap(t -> t.2, traced)) AS trace_ids,
    arrayMap(t -> t.2, ids) AS error_ids,
    toUInt64(0) AS tasks,
    toUInt64(traces) AS traces,
    toUInt64(failures) AS errors,
    CAST((['failures', 'reports', 'tasks', 'expected_failures', 'failures_before', 'times_expected', 'passed_on'],
        [toFloat64(failures), toFloat64(reports), toFloat64(units), expected, toFloat64(before), failures / expected, toFloat64(passed_on)]), 'Map(String, Float64)') AS figures,
    CAST((['error_type', 'message', 'category', 'error_group', 'release', 'news'],
        [type, sample, kind, lower(hex(group)), newest_release,
        multiIf(NOT has_past, 'its agent is new', before = 0, 'never seen in the seven days before', concat(toString(round(failures / expected)), ' times as many as usual'))]), 'Map(String, String)') AS facts
FROM judged
WHERE failures >= {times_usual:Float64} * expected AND failures > usual_burst AND surprise >= {min_surprise:Float64}
    AND ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY surprise DESC, subject
LIMIT {most:UInt32}
