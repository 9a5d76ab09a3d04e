-- A task sent while another is worked on holds that up: A waits for an answer of B. When B, for its part, asks A, and A
-- does not come to that because it waits, nobody ever goes on.
SELECT
    arrayStringConcat(arraySort(arrayDistinct(c.path)), ' > ') AS subject,
    argMin(arrayDistinct(c.path), (c.began, c.ids)) AS agents,
    '' AS severity,
    multiIf(max(c.goes_on), 0.6, isNaN(max(c.usual)), 0.8, 0.95) AS confidence,
    min(c.began) AS first_seen,
    max(c.sent) AS last_seen,
    arraySlice(arrayDistinct(arrayFlatten(groupArray(arrayReverse(c.ids)))) AS every_id, 1, 1000) AS task_ids,
    arraySlice(arrayDistinct(arrayFilter(t -> t != '', arrayFlatten(groupArray(arrayReverse(c.in_traces))))) AS every_trace, 1, 1000) AS trace_ids,
    []::Array(String) AS error_ids,
    toUInt64(length(every_id)) AS tasks,
    toUInt64(length(every_trace)) AS traces,
    toUInt64(0) AS errors,
    mapFilter((k, v) -> NOT isNaN(v), map(
        'waiting_seconds', max(c.waited), 'usual_p95_seconds', max(c.usual), 'agents', toFloat64(length(agents)),
        'cycles', toFloat64(count()), 'open_tasks', toFloat64(tasks))) AS figures,
    map('cycle', arrayStringConcat(arrayPushBack(agents, agents[1]), ' > ')) AS facts
FROM
(
    SELECT
        one.4 AS path, one.5 AS ids, one.6 AS in_traces, one.7 AS waited, one.8 AS usual, one.9 AS goes_on, one.10 AS began, one.11 AS sent
    FROM
    (
        -- Who waits for whom: every owner of a task of the line for the owner of the queue at its end.
        SELECT
            groupArray((waiter, other, depth, path, ids, in_traces, waited, usual, goes_on, began, sent)) AS waits,
            arrayFilter((w, number) -> number = 1, waits, arrayEnumerateUniq(waits.1, waits.2)) AS firsts
        FROM
        (
            SELECT
                asked.5 AS other,
                asked.6 AS sent,
                dateDiff('millisecond', sent, {at:DateTime64(9, 'UTC')}) / 1000 AS waited,
                u.tasks >= 20 AS is_usual_known,
                if(is_usual_known, u.p95, nan) AS usual,
                greatest({min_waiting:Float64}, if(is_usual_known, u.p95 * {times_usual:Float64}, 0)) AS long,
                -- The work on it is over, and it was not answered: it waits for the one who asks.
                asked.12 AND asked.11 < {at:DateTime64(9, 'UTC')} - toIntervalMillisecond(toInt64(1000 * {min_waiting:Float64})) AS is_left,
                -- What came later to its partition was begun: whoever reads there is not held up.
                NOT is_left AND (asked.10 OR asked.13 OR p.last_offset > asked.9) AS goes_on,
                arraySlice(line, 2, depth) AS above,
                above[-1].5 AS waiter,
                above[-1].6 AS began,
                -- From the waiter to the last that asks.
                arrayReverse(arrayMap(t -> t.5, above)) AS path,
                arrayPushFront(arrayMap(t -> t.3, above), asked.3) AS ids,
                arrayPushFront(arrayMap(t -> t.7, above), asked.7) AS in_traces,
                depth
            FROM
            (
                SELECT line, line[1] AS asked, asked.5 AS asked_agent, asked.8 AS asked_place
                FROM
                (
                    -- Each task at the end of a line of tasks, then the ones that wait for it, the last first.
                    SELECT
                        arrayJoin(arrayMap(
                            last -> arrayMap(number -> linked[number], arrayFold((line, step) -> if(
                                (indexOf(hashes, linked[line[-1]].2) AS before) != 0 AND linked[before].5 = linked[line[-1]].4 AND NOT has(line, before),
                                arrayPushBack(line, before), line), range(5), [toUInt64(last)])),
                            arrayFilter(number -> NOT has(causes, hashes[number]), arrayEnumerate(linked)))) AS line
                    FROM
                    (
                        -- Open tasks that are the cause of another open one, or have one.
                        SELECT
                            arraySlice(arraySort(t -> (t.6, t.3), arrayMap(
                                t -> (t.1, t.2, t.3, t.4, t.5, t.6, t.7, t.8, t.9, t.10, t.11, t.12, arrayExists(o -> o.10 AND o.8 = t.8 AND o.9 > t.9, waiting)),
                                arrayFilter(t -> has(shared, t.1) OR has(shared, t.2), waiting))), 1, 3000) AS linked,
                            linked.1 AS hashes,
                            linked.2 AS causes
                        FROM
                        (
                            SELECT
                                groupArray((
                                    cityHash64(message_id), if(cause_message_id = '', 0, cityHash64(cause_message_id)), message_id, toString(source), toString(agent),
                                    event_time, trace_id, concat(topic, '/', toString(partition)), offset, is_begun, ifNull(last_sign_at, toDateTime64(0, 9, 'UTC')),
                                    hasAny(signs_seen, ['process', 'agent_telemetry.task.done']))) AS waiting,
                                arrayIntersect(waiting.1, waiting.2) AS shared
                            FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
                        )
                    )
                )
                WHERE length(line) > 1
            ) AS l
            LEFT JOIN
            (
                SELECT toString(agent) AS agent, count() AS tasks, quantile(0.95)(dateDiff('millisecond', event_time, answered_at) / 1000) AS p95
                FROM answered_tasks
                WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes({since:DateTime64(9, 'UTC')} - INTERVAL 6 HOUR) AND toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
                    AND answered_at BETWEEN event_time AND {at:DateTime64(9, 'UTC')} AND is_deleted = 0
                GROUP BY agent
            ) AS u ON u.agent = l.asked_agent
            LEFT JOIN
            (
                SELECT concat(topic, '/', toString(partition)) AS place, max(offset) AS last_offset
                FROM answered_tasks
                WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes({since:DateTime64(9, 'UTC')}) AND toStartOfFiveMinutes({at:DateTime64(9, 'UTC')})
                    AND answered_at <= {at:DateTime64(9, 'UTC')} AND is_deleted = 0
                GROUP BY topic, partition
            ) AS p ON p.place = l.asked_place
            ARRAY JOIN range(1, length(line)) AS depth
            WHERE waited >= long
                AND (NOT goes_on OR is_usual_known AND waited >= 5 * long AND asked.11 < {at:DateTime64(9, 'UTC')} - toIntervalMillisecond(toInt64(1000 * {min_waiting:Float64})))
            ORDER BY sent, ids
            LIMIT 20 BY waiter, other
            LIMIT 1000
        )
    )
    ARRAY JOIN arrayConcat(
        arrayFilter(w -> w.1 = w.2 AND w.3 BETWEEN 2 AND 5, waits),
        -- Two that ask each other for tasks of others, and three in a ring.
        arrayFlatten(arrayMap(
            a -> arrayMap(
                b -> (a.1, a.1, a.3, arrayConcat(a.4, b.4), arrayConcat(a.5, b.5), arrayConcat(a.6, b.6), least(a.7, b.7), if(a.7 < b.7, a.8, b.8), greatest(a.9, b.9), least(a.10, b.10), greatest(a.11, b.11)),
                arrayFilter(b -> b.1 = a.2 AND b.2 = a.1 AND a.1 < a.2 AND a.3 + b.3 <= 5, firsts)),
            firsts)),
        arrayFlatten(arrayMap(
            a -> arrayMap(
                b -> arrayMap(
                    c -> (a.1, a.1, a.3, arrayConcat(a.4, b.4, c.4), arrayConcat(a.5, b.5, c.5), arrayConcat(a.6, b.6, c.6), least(a.7, b.7, c.7), a.8, greatest(a.9, b.9, c.9), least(a.10, b.10, c.10), greatest(a.11, b.11, c.11)),
                    arrayFilter(c -> c.1 = b.2 AND c.2 = a.1 AND a.3 + b.3 + c.3 <= 5, firsts)),
                arrayFilter(b -> b.1 = a.2 AND a.1 < a.2 AND a.1 < b.2, firsts)),
            firsts))) AS one
) AS c
GROUP BY subject
HAVING {agent:String} = '' OR has(agents, {agent:String})
ORDER BY confidence DESC, max(c.waited) DESC, subject
LIMIT {most:UInt32}
