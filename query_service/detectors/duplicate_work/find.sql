-- Work that was done twice: a task with two results of two workings, or a task that was sent again while the first one
-- was still worked on, and both were done.
WITH
    {since:DateTime64(9, 'UTC')} AS from_time,
    {at:DateTime64(9, 'UTC')} AS now,
    answered_twice AS MATERIALIZED
    (
        SELECT
            parent_hash, parent_message_id AS task,
            uniqExact(a.message_id) AS results,
            arraySort(groupUniqArray(20)(toString(a.source))) AS workers,
            min(event_time) AS first_done,
            max(event_time) AS last_done
        FROM task_answers AS a
        WHERE parent_hash IN (
                SELECT message_hash FROM answered_tasks
                WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time - INTERVAL 6 HOUR) AND now
                    AND event_time <= now AND answers > 1 AND is_deleted = 0)
            AND message_type = 'result' AND event_time <= now
        GROUP BY parent_hash, parent_message_id
        HAVING results > 1 AND last_done >= from_time
    ),
    -- How often they were worked on. One who sends its result in parts works once.
    workings AS MATERIALIZED
    (
        SELECT
            message_hash,
            greatest(uniqIf(event_id, event_name = 'process'), uniqIf(event_id, event_name = 'agent_telemetry.task.started')) AS times
        FROM task_events
        WHERE message_hash IN (SELECT parent_hash FROM answered_twice) AND event_time <= now
        GROUP BY message_hash
    ),
    -- What begins alike and goes from the same to the same.
    alike AS MATERIALIZED
    (
        SELECT cityHash64(source, m.agent, preview) AS work, any(topic) AS topic
        FROM agent_messages AS m
        WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time) AND now AND event_time BETWEEN from_time AND now
            AND message_type = 'task'
        GROUP BY work
        HAVING uniq(message_id) > 1
    ),
    sends AS MATERIALIZED
    (
        SELECT
            message_id, toString(any(m.source)) AS sender, toString(any(m.agent)) AS receiver, min(event_time) AS sent,
            any(m.trace_id) AS trace, any(if(m.conversation_id != '', m.conversation_id, m.trace_id)) AS conversation,
            any(cityHash64(payload)) AS content, any(preview) AS text
        FROM agent_messages AS m
        WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time) AND now AND event_time BETWEEN from_time AND now
            AND message_type = 'task' AND topic IN (SELECT topic FROM alike) AND cityHash64(source, m.agent, preview) IN (SELECT work FROM alike)
        GROUP BY message_id
    ),
    done AS MATERIALIZED
    (
        SELECT parent_message_id AS task, min(event_time) AS done_at
        FROM task_answers
        WHERE parent_hash IN (SELECT cityHash64(message_id) FROM sends) AND event_time <= now AND message_type = 'result'
        GROUP BY parent_message_id
    ),
    sent_twice AS MATERIALIZED
    (
        SELECT
            s.sender AS sender, s.receiver AS receiver, s.message_id AS message_id, s.sent AS sent, s.trace AS trace, s.text AS text, d.done_at AS done_at,
            lagInFrame(s.message_id) OVER again AS before, lagInFrame(s.sent) OVER again AS sent_before, lagInFrame(d.done_at) OVER again AS done_before,
            lagInFrame(s.trace) OVER again AS trace_before,
            lagInFrame(s.conversation) OVER again AS conversation_before, s.conversation AS conversation
        FROM sends AS s
        INNER JOIN done AS d ON d.task = s.message_id
        WINDOW again AS (PARTITION BY s.sender, s.receiver, s.content ORDER BY s.sent, s.message_id)
    ),
    twice AS MATERIALIZED
    (
        SELECT *
        FROM sent_twice
        -- Sent again after the first was done it is another round of something.
        WHERE before != '' AND sent < done_before AND dateDiff('millisecond', sent_before, sent) <= 1000 * {close_seconds:Float64}
            AND (conversation = conversation_before OR dateDiff('millisecond', sent_before, sent) <= 2000)
    ),
    -- Of the same pairs: how much of what was sent is the same as something else, in the window and before it.
    habits AS MATERIALIZED
    (
        SELECT sender, receiver,
            sumIf(messages, NOT is_past) AS messages_now,
            sumIf(messages, is_past) AS messages_before, sumIf(messages - 1, is_past) AS repeats_before
        FROM
        (
            SELECT toString(m.source) AS sender, toString(m.agent) AS receiver, event_time < from_time AS is_past, uniq(message_id) AS messages
            FROM agent_messages AS m
            WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time - INTERVAL 6 HOUR) AND now AND event_time <= now
                AND message_type = 'task' AND topic IN (SELECT concat('agent-queue-', receiver) FROM twice)
            GROUP BY sender, receiver, is_past, cityHash64(preview, if(conversation_id != '', conversation_id, m.trace_id))
        )
        GROUP BY sender, receiver
    )
SELECT *
FROM
(
    SELECT
        concat('twice ', owner) AS subject,
        arraySlice(arrayDistinct(arrayConcat([owner], arrayFlatten(groupArray(workers)), arraySort(groupUniqArray(20)(sender)))), 1, 20) AS agents,
        '' AS severity,
        least(0.98, 0.6 + 0.1 * count()) AS confidence,
        min(first_done) AS first_seen,
        max(last_done) AS last_seen,
        arraySlice(groupArray(task), 1, 1000) AS task_ids,
        arraySlice(arrayDistinct(groupArrayIf(trace, trace != '')), 1, 1000) AS trace_ids,
        []::Array(String) AS error_ids,
        toUInt64(count()) AS tasks,
        toUInt64(uniqIf(trace, trace != '')) AS traces,
        toUInt64(0) AS errors,
        CAST((['tasks_done_twice', 'results', 'workers'], [toFloat64(count()), toFloat64(sum(results)), toFloat64(length(arrayDistinct(arrayFlatten(groupArray(workers)))))]), 'Map(String, Float64)') AS figures,
        CAST((['how', 'workers', 'sample'], [
            if(length(arrayDistinct(arrayFlatten(groupArray(workers)))) > 1, 'two agents did the same tasks', 'the same tasks were worked on and answered twice'),
            arrayStringConcat(arraySort(arrayDistinct(arrayFlatten(groupArray(workers)))), ', '), any(task)]), 'Map(String, String)') AS facts
    FROM
    (
        SELECT a.task AS task, a.results AS results, a.workers AS workers, a.first_done AS first_done, a.last_done AS last_done,
            toString(t.agent) AS owner, toString(t.source) AS sender, t.trace_id AS trace
        FROM answered_twice AS a
        INNER JOIN (SELECT message_id, agent, source, trace_id FROM tasks FINAL WHERE message_id IN (SELECT task FROM answered_twice)) AS t ON t.message_id = a.task
        LEFT JOIN workings AS w ON w.message_hash = a.parent_hash
        WHERE length(a.workers) > 1 OR w.times > 1
        ORDER BY first_done, task
    )
    GROUP BY owner
    HAVING tasks >= {min_tasks:Float64}
    UNION ALL
    SELECT
        concat(t.sender, ' > ', t.receiver),
        arrayDistinct([t.sender, t.receiver]),
        '',
        if(any(h.messages_before) >= 10, least(0.95, 0.6 + 0.05 * count()), 0.5),
        min(t.sent_before),
        max(t.sent),
        arraySlice(arrayDistinct(arrayFlatten(groupArray([t.before, t.message_id]))), 1, 1000),
        arraySlice(arrayDistinct(arrayFilter(i -> i != '', arrayFlatten(groupArray([t.trace_before, t.trace])))), 1, 1000),
        [],
        toUInt64(uniqExactArray([t.before, t.message_id])),
        toUInt64(uniqExactArray(arrayFilter(i -> i != '', [t.trace_before, t.trace]))),
        toUInt64(0),
        CAST((['tasks_done_twice', 'sent', 'usual_repeats_share'],
            [toFloat64(count()), toFloat64(any(h.messages_now)), if(any(h.messages_before) = 0, nan, any(h.repeats_before) / any(h.messages_before))]), 'Map(String, Float64)'),
        CAST((['how', 'workers', 'sample'], ['the same task was sent again while the first was worked on, and both were done', t.receiver, any(t.text)]), 'Map(String, String)')
    FROM (SELECT * FROM twice ORDER BY sent, message_id) AS t
    INNER JOIN habits AS h ON h.sender = t.sender AND h.receiver = t.receiver
    GROUP BY t.sender, t.receiver
    HAVING count() >= {min_tasks:Float64}
        AND (any(h.messages_before) < 10 OR count() / any(h.messages_now) > 3 * any(h.repeats_before) / any(h.messages_before))
)
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY tasks DESC, subject
LIMIT {most:UInt32}
