-- Agents whose messages carry no trace though there are traces, and spans whose parents never came: parents are looked
-- for once their trace is over, of the last six hours at the most.
WITH
    {since:DateTime64(9, 'UTC')} AS began,
    {at:DateTime64(9, 'UTC')} AS now,
    toIntervalSecond(toUInt32({settle_seconds:Float64})) AS settle,
    greatest(began - settle, now - INTERVAL 6 HOUR) AS looked,
    text -> replaceAll(lower(splitByChar(':', toString(text))[1]), ' ', '-') AS normalised,
    sent AS
    (
        SELECT
            toString(source) AS sender,
            uniq(message_id) AS messages,
            uniqIf(message_id, trace_id = '') AS untraced,
            groupUniqArrayIf(20)(toString(agent), trace_id = '') AS receivers,
            groupArraySortedIf(1000)((event_time, message_id), trace_id = '' AND message_type = 'task') AS tasks_untraced,
            uniqIf(message_id, trace_id = '' AND message_type = 'task') AS task_count,
            minIf(event_time, trace_id = '') AS first_at,
            maxIf(event_time, trace_id = '') AS last_at
        FROM agent_messages
        WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(began) AND now
            AND event_time > began AND event_time <= now AND source != '' AND message_type IN ('task', 'result', 'error')
        GROUP BY sender
    ),
    seen AS MATERIALIZED
    (
        SELECT trace_id, span_id, parent_span_id, normalised(agent_name) AS agent, message_id, event_time, ifNull(end_time, event_time) AS ended_at
        FROM span_outlines
        WHERE bucket BETWEEN toDateTime(looked - INTERVAL 35 MINUTE, 'UTC') AND now AND event_time <= now AND trace_id != ''
    ),
    -- Over: its root is, or nothing was heard of it for long and none of its tasks is open.
    over AS MATERIALIZED
    (
        SELECT trace_id, min(event_time) AS trace_began, countIf(parent_span_id = '') > 0 AS has_root
        FROM seen
        GROUP BY trace_id
        HAVING max(least(ended_at, now)) <= now - if(has_root, least(settle, INTERVAL 120 SECOND), settle)
            AND trace_id NOT IN (SELECT trace_id FROM open_tasks FINAL WHERE is_deleted = 0)
    ),
    missing AS MATERIALIZED
    (
        SELECT s.trace_id AS trace_id, s.parent_span_id AS parent, argMin(s.agent, s.event_time) AS agent, argMin(s.message_id, s.event_time) AS message,
            min(s.event_time) AS missed_at, any(o.has_root) AS has_root, any(o.trace_began) AS trace_began
        FROM seen AS s
        INNER JOIN over AS o ON o.trace_id = s.trace_id
        WHERE s.event_time > looked AND s.parent_span_id != ''
            AND cityHash64(s.trace_id, s.parent_span_id) NOT IN (SELECT cityHash64(trace_id, span_id) FROM seen)
        GROUP BY trace_id, parent
        ORDER BY missed_at DESC, trace_id, parent
        LIMIT 500
    ),
    -- A trace whose first span has its parent elsewhere was begun by somebody who sends us no spans.
    orphans AS MATERIALIZED
    (
        SELECT *
        FROM missing
        WHERE (has_root OR missed_at > trace_began) AND (trace_id, parent) NOT IN
            (SELECT TraceId, SpanId FROM otel_traces WHERE (TraceId, SpanId) IN (SELECT trace_id, parent FROM missing))
    ),
    -- The span in which a message was sent is the sender's.
    senders AS
    (
        SELECT trace_id, message_id, any(toString(source)) AS sender
        FROM trace_messages
        WHERE (trace_id, message_id) IN (SELECT trace_id, message FROM orphans WHERE message != '')
        GROUP BY trace_id, message_id
    ),
    owned AS
    (
        SELECT
            if(s.sender != '', s.sender, o.agent) AS owner,
            uniqExact(o.trace_id) AS broken,
            groupUniqArray(20)(o.agent) AS hit,
            groupArraySorted(1000)((o.missed_at, o.trace_id)) AS traced,
            min(o.missed_at) AS first_at,
            max(o.missed_at) AS last_at
        FROM orphans AS o
        LEFT JOIN senders AS s ON s.trace_id = o.trace_id AND s.message_id = o.message
        GROUP BY owner
    ),
    work AS MATERIALIZED
    (
        SELECT agent, uniq(trace_id) AS traces, uniqIf(trace_id, trace_id IN (SELECT trace_id FROM over)) AS over_traces
        FROM seen
        GROUP BY agent
    ),
    judged AS
    (
        SELECT
            owner,
            toUInt64(sum(part.2)) AS messages, toUInt64(sum(part.3)) AS untraced, toUInt64(sum(part.4)) AS broken, toUInt64(max(w.traces)) AS traces_now,
            toUInt64(max(w.over_traces)) AS traces_over,
            untraced >= {min_messages:Float64} AND untraced >= {min_share:Float64} * messages AND (SELECT count() FROM work) > 0 AS is_untraced,
            broken >= {min_traces:Float64} AND broken >= {min_share:Float64} * traces_over AS is_broken,
            arrayDistinct(groupArrayArray(part.5)) AS hit,
            min(part.6) AS first_at, max(part.7) AS last_at,
            groupArrayArray(part.8) AS tasks_untraced, sum(part.9) AS task_count, groupArrayArray(part.10) AS traced
        FROM
        (
            SELECT sender AS owner, (1, messages, untraced, 0, receivers, first_at, last_at, tasks_untraced, task_count, CAST([], 'Array(Tuple(DateTime64(9, \'UTC\'), String))')) AS part
            FROM sent
            WHERE untraced > 0
            UNION ALL
            SELECT owner, (2, 0, 0, broken, hit, first_at, last_at, CAST([], 'Array(Tuple(DateTime64(9, \'UTC\'), String))'), 0, traced)
            FROM owned
        ) AS p
        LEFT JOIN work AS w ON w.agent = p.owner
        GROUP BY owner
        HAVING is_untraced OR is_broken
    )
SELECT
    owner AS subject,
    arraySlice(arrayPushFront(arraySort(arrayFilter(a -> a != owner AND a != '', hit)), owner), 1, 20) AS agents,
    if(NOT is_broken AND traces_now = 0 AND untraced = messages, 'low', '') AS severity,
    greatest(if(is_untraced, if(traces_now > 0, 0.9, 0.6), 0), if(is_broken, least(0.9, 0.5 + broken / greatest(traces_over, 1)), 0)) AS confidence,
    first_at AS first_seen,
    last_at AS last_seen,
    arrayDistinct(arrayMap(t -> t.2, arraySort(tasks_untraced))) AS task_ids,
    arrayDistinct(arrayMap(t -> t.2, arraySort(traced))) AS trace_ids,
    CAST([], 'Array(String)') AS error_ids,
    toUInt64(greatest(task_count, length(task_ids))) AS tasks,
    toUInt64(broken) AS traces,
    toUInt64(0) AS errors,
    CAST((['messages', 'messages_without_trace', 'messages_without_trace_percent', 'traces_with_missing_parents', 'traces_looked_at'],
        [if(untraced > 0, toFloat64(messages), nan), toFloat64(untraced), if(untraced > 0, 100 * untraced / messages, nan), toFloat64(broken), toFloat64(traces_over)]),
        'Map(String, Float64)') AS figures,
    CAST((['why'], [arrayStringConcat(arrayFilter(t -> t != '', [
        if(is_untraced, concat(toString(untraced), ' of its ', toString(messages), ' messages carry no trace'), ''),
        if(is_broken, concat('in ', toString(broken), ' traces parents of its spans never came'), '')]), ', ')]), 'Map(String, String)') AS facts
FROM judged
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY untraced + broken DESC, subject
LIMIT {most:UInt32}
