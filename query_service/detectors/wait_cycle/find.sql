-- A task sent while another is worked on holds that up: A waits for an answer of B. When B, for its part, asks A, and A
-- does not come to that because it waits, nobody ever goes on. Arrays, not joins: the plan of so many joins takes seconds.
WITH
    {since:DateTime64(9, 'UTC')} AS from_time,
    {at:DateTime64(9, 'UTC')} AS now,
    now - toIntervalMillisecond(toInt64(1000 * least({min_waiting:Float64}, 1e6))) AS long_ago,
    -- Each task at the end of a line, with the tasks that wait for it: the one that asks first.
    ends AS MATERIALIZED
    (
        SELECT
            t.3 AS id, t.5 AS owner, t.6 AS trace, t.7 AS sent, t.8 AS topic, t.9 AS place, t.10 AS offset, t.11 AS is_begun, t.12 AS is_passed,
            t.13 AS last_sign, t.14 AND t.13 < long_ago AS is_left,
            arrayFold((line, step) -> if(
                (indexOf(linked.1, linked.2[line[-1]]) AS before) != 0 AND linked.5[before] = linked.4[line[-1]], arrayPushBack(line, before), line),
                range(4), [first]) AS numbers,
            arrayMap(n -> linked.3[n], numbers) AS ids,
            arrayMap(n -> linked.5[n], numbers) AS owners,
            arrayMap(n -> linked.6[n], numbers) AS in_traces,
            arrayMap(n -> linked.7[n], numbers) AS times,
            arrayMap(n -> linked.11[n] AND NOT linked.14[n], numbers) AS are_worked_on
        FROM
        (
            SELECT linked, arrayJoin(linked) AS t, indexOf(linked.1, t.2) AS first
            FROM
            (
                -- Open tasks that are the cause of another open one, or have one: a constant, which is not copied for each row. The
                -- last ones: thousands that were forgotten long ago must not hide a cycle of now.
                SELECT
                    (
                        SELECT arraySlice(arraySort(t -> (t.7, t.3), arrayFilter(t -> has(shared, t.1) OR has(shared, t.2), waiting)), -3000)
                        FROM
                        (
                            SELECT
                                groupArray((
                                    cityHash64(message_id), if(cause_message_id = '', 0, cityHash64(cause_message_id)), message_id, toString(source), toString(agent), trace_id, event_time,
                                    toString(topic), partition, offset, is_begun, is_passed, ifNull(last_sign_at, toDateTime64(0, 9, 'UTC')), is_done)) AS waiting,
                                arrayIntersect(waiting.1, waiting.2) AS shared
                            FROM
                            (
                                SELECT *,
                                    hasAny(signs_seen, ['process', 'agent_telemetry.task.done']) AS is_done,
                                    -- Of what came later to its partition something was begun.
                                    maxIf(offset, is_begun) OVER (PARTITION BY topic, partition) > offset AS is_passed
                                FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
                            )
                        )
                    ) AS linked
            )
            WHERE first != 0 AND NOT has(linked.2, t.1)
        )
        WHERE linked.5[first] = t.4
    )
SELECT
    arrayStringConcat(arraySort(arrayDistinct(c.path)), ' > ') AS subject,
    argMin(arrayDistinct(c.path), (c.began, c.ids)) AS agents,
    '' AS severity,
    multiIf(max(c.goes_on), 0.6, isNaN(max(c.usual)), 0.8, 0.95) AS confidence,
    min(c.began) AS first_seen,
    max(c.asked_at) AS last_seen,
    arraySlice(arrayDistinct(arrayFlatten(groupArray(c.ids))) AS every_id, 1, 1000) AS task_ids,
    arraySlice(arrayDistinct(arrayFilter(t -> t != '', arrayFlatten(groupArray(c.in_traces)))) AS every_trace, 1, 1000) AS trace_ids,
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
    SELECT one.4 AS path, one.5 AS ids, one.6 AS in_traces, one.7 AS waited, one.8 AS usual, one.9 AS goes_on, one.10 AS began, one.11 AS asked_at
    FROM
    (
        SELECT
            arraySort(w -> (w.11, w.5), groupArray((waiter, other, depth, path, ids, in_traces, waited, usual, goes_on, began, asked_at, is_worked_on))) AS waits,
            -- Whoever put its task aside, or never began it, is free for what others ask.
            arrayFilter(w -> NOT w.9 AND w.12, waits) AS held_up,
            arraySlice(arrayFilter((w, number) -> number = 1, held_up, arrayEnumerateUniq(held_up.1, held_up.2)), -200) AS firsts
        FROM
        (
            -- Who waits for whom: each owner of a task of the line for the owner of the queue at its end.
            SELECT
                e.are_worked_on[depth] AS is_worked_on,
                owners[depth] AS waiter, e.owner AS other, depth,
                dateDiff('millisecond', e.sent, now) / 1000 AS waited,
                u.tasks >= 20 AS is_usual_known,
                if(is_usual_known, u.p95, nan) AS usual,
                greatest({min_waiting:Float64}, if(is_usual_known, u.p95 * {times_usual:Float64}, 0)) AS long,
                -- Whoever began what came later is not held up; but one who ended the work on it without an answer is.
                NOT e.is_left AND (e.is_begun OR e.is_passed OR p.last_offset > e.offset) AS goes_on,
                -- From the waiter to the last that asks.
                arrayReverse(arraySlice(e.owners, 1, depth)) AS path,
                arrayPushBack(arrayReverse(arraySlice(e.ids, 1, depth)), e.id) AS ids,
                arrayPushBack(arrayReverse(arraySlice(e.in_traces, 1, depth)), e.trace) AS in_traces,
                e.times[depth] AS began,
                e.sent AS asked_at
            FROM ends AS e
            LEFT JOIN
            (
                SELECT toString(agent) AS owner, count() AS tasks, quantile(0.95)(dateDiff('millisecond', event_time, answered_at) / 1000) AS p95
                FROM answered_tasks
                WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time - INTERVAL 6 HOUR) AND from_time
                    AND answered_at BETWEEN event_time AND now AND is_deleted = 0 AND outcome != 'superseded' AND agent IN (SELECT owner FROM ends)
                GROUP BY agent
            ) AS u ON u.owner = e.owner
            LEFT JOIN
            (
                SELECT toString(topic) AS topic, partition AS place, max(offset) AS last_offset
                FROM answered_tasks
                WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time) AND now
                    AND answered_at <= now AND is_deleted = 0 AND outcome != 'superseded'
                GROUP BY topic, partition
            ) AS p ON p.topic = e.topic AND p.place = e.place
            ARRAY JOIN arrayEnumerate(e.numbers) AS depth
            WHERE waited >= long AND (NOT goes_on OR waiter = other AND is_usual_known AND waited >= 5 * long AND e.last_sign < long_ago)
            ORDER BY asked_at DESC, ids
            LIMIT 20 BY waiter, other
            LIMIT 1000
        )
    )
    ARRAY JOIN arrayConcat(
        arrayMap(w -> (w.1, w.2, w.3, w.4, w.5, w.6, w.7, w.8, w.9, w.10, w.11), arrayFilter(w -> w.1 = w.2 AND w.3 BETWEEN 2 AND 5, waits)),
        -- Two that ask each other for tasks of others, and three in a ring.
        arrayFlatten(arrayMap(
            a -> arrayMap(
                b -> (a.1, a.1, a.3, arrayConcat(a.4, b.4), arrayConcat(a.5, b.5), arrayConcat(a.6, b.6), least(a.7, b.7), if(a.7 < b.7, a.8, b.8), a.9, least(a.10, b.10), greatest(a.11, b.11)),
                arrayFilter(b -> b.1 = a.2 AND b.2 = a.1 AND a.1 < a.2 AND a.3 + b.3 <= 5, firsts)),
            firsts)),
        arrayFlatten(arrayMap(
            a -> arrayMap(
                b -> arrayMap(
                    c -> (a.1, a.1, a.3, arrayConcat(a.4, b.4, c.4), arrayConcat(a.5, b.5, c.5), arrayConcat(a.6, b.6, c.6), least(a.7, b.7, c.7), a.8, a.9, least(a.10, b.10, c.10), greatest(a.11, b.11, c.11)),
                    arrayFilter(c -> c.1 = b.2 AND c.2 = a.1 AND a.3 + b.3 + c.3 <= 5, firsts)),
                arrayFilter(b -> b.1 = a.2 AND a.1 < a.2 AND a.1 < b.2, firsts)),
            firsts))) AS one
) AS c
GROUP BY subject
HAVING {agent:String} = '' OR has(agents, {agent:String})
ORDER BY confidence DESC, max(c.waited) DESC, subject
LIMIT {most:UInt32}
