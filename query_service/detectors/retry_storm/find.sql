-- The same work sent again and again: by the header attempt, or by its payload where sends before had failed.
WITH
    {since:DateTime64(9, 'UTC')} AS from_time,
    {at:DateTime64(9, 'UTC')} AS now,
    -- Payloads that were sent often, by the hash of sender, queue and what the payload begins with.
    repeated AS MATERIALIZED
    (
        SELECT cityHash64(source, m.agent, preview) AS work, any(topic) AS topic
        FROM agent_messages AS m
        WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time) AND now AND event_time BETWEEN from_time AND now
            AND message_type = 'task'
        GROUP BY work
        HAVING uniq(message_id) >= {min_tries:Float64}
    ),
    -- Conversations in which something was tried often.
    tried AS MATERIALIZED
    (
        SELECT DISTINCT cityHash64(source, m.agent, if(conversation_id != '', conversation_id, trace_id)) AS work, topic
        FROM agent_messages AS m
        WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time) AND now AND event_time BETWEEN from_time AND now
            AND message_type = 'task' AND attempt >= {min_tries:Float64} AND (conversation_id != '' OR trace_id != '')
    ),
    sends AS MATERIALIZED
    (
        SELECT
            message_id,
            toString(any(m.source)) AS sender,
            toString(any(m.agent)) AS receiver,
            min(event_time) AS sent,
            max(ifNull(m.attempt, 1)) AS tries,
            any(m.trace_id) AS trace,
            any(if(m.conversation_id != '', m.conversation_id, m.trace_id)) AS conversation,
            if(cityHash64(sender, receiver, conversation) IN (SELECT work FROM tried), cityHash64(conversation), cityHash64(any(preview))) AS work,
            any(preview) AS text
        FROM agent_messages AS m
        WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time) AND now AND event_time BETWEEN from_time AND now
            AND message_type = 'task'
            AND topic IN (SELECT topic FROM repeated UNION ALL SELECT topic FROM tried)
            AND (cityHash64(source, m.agent, preview) IN (SELECT work FROM repeated)
                OR cityHash64(source, m.agent, if(conversation_id != '', conversation_id, trace_id)) IN (SELECT work FROM tried))
        GROUP BY message_id
    ),
    works AS MATERIALIZED
    (
        SELECT
            s.sender AS sender, s.receiver AS receiver, s.work AS work,
            count() AS times,
            countIf(a.outcome = 'result') AS completed,
            countIf(a.outcome = 'error') AS failed,
            -- What was completed needed no other try.
            greatest(max(s.tries), times - completed) AS most,
            max(s.tries) > 1 OR uniq(s.conversation) = 1 AND any(s.conversation) != '' OR failed * 2 >= times AS is_retried,
            groupArray((s.sent, s.message_id, s.trace)) AS every,
            any(s.text) AS text
        FROM sends AS s
        LEFT JOIN
        (
            SELECT parent_message_id, argMin(message_type, (event_time, message_id)) AS outcome
            FROM task_answers
            WHERE parent_hash IN (SELECT cityHash64(message_id) FROM sends) AND event_time <= now
            GROUP BY parent_message_id
        ) AS a ON a.parent_message_id = s.message_id
        GROUP BY sender, receiver, work
        HAVING times > 2 AND most >= {min_tries:Float64} AND is_retried AND completed * 2 < times
    ),
    -- How often the same pairs tried the same work before, in as long a time.
    usual AS MATERIALIZED
    (
        SELECT sender, receiver, max(most) AS most, sum(times) AS times
        FROM
        (
            SELECT toString(m.source) AS sender, toString(m.agent) AS receiver, uniq(message_id) AS times,
                greatest(max(ifNull(m.attempt, 1)), if(max(isNotNull(m.attempt)), 0, times)) AS most
            FROM agent_messages AS m
            WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time - INTERVAL 6 HOUR) AND from_time AND event_time < from_time
                AND message_type = 'task' AND topic IN (SELECT concat('agent-queue-', receiver) FROM works)
            GROUP BY sender, receiver, cityHash64(preview), intDiv(toUnixTimestamp(event_time), greatest(1, dateDiff('second', from_time, now)))
        )
        GROUP BY sender, receiver
    )
SELECT
    concat(w.sender, ' > ', w.receiver) AS subject,
    arrayDistinct([w.sender, w.receiver]) AS agents,
    if(max(w.most) >= 5 * {min_tries:Float64}, '', 'medium') AS severity,
    least(0.98, 0.6 + 0.02 * max(w.most)) AS confidence,
    every[1].1 AS first_seen,
    every[-1].1 AS last_seen,
    arraySlice(arrayMap(s -> s.2, arraySort(arrayFlatten(groupArray(w.every))) AS every), 1, 1000) AS task_ids,
    arraySlice(arrayFilter(t -> t != '', arrayDistinct(arrayMap(s -> s.3, every))) AS every_trace, 1, 1000) AS trace_ids,
    []::Array(String) AS error_ids,
    toUInt64(length(every)) AS tasks,
    toUInt64(length(every_trace)) AS traces,
    toUInt64(0) AS errors,
    mapFilter((k, v) -> NOT isNaN(v), map(
        'tries', toFloat64(max(w.most)), 'usual_tries', if(any(u.times) > 0, toFloat64(any(u.most)), nan),
        'sends', toFloat64(sum(w.times)), 'works', toFloat64(count()), 'failed', toFloat64(sum(w.failed)), 'completed', toFloat64(sum(w.completed)),
        'sends_per_minute', sum(w.times) * 60000 / greatest(1000, dateDiff('millisecond', every[1].1, every[-1].1)))) AS figures,
    map('sender', w.sender, 'receiver', w.receiver, 'sample', argMax(w.text, (w.most, w.work))) AS facts
FROM works AS w
LEFT JOIN usual AS u ON u.sender = w.sender AND u.receiver = w.receiver
WHERE w.most >= {times_usual:Float64} * u.most
GROUP BY w.sender, w.receiver
HAVING {agent:String} = '' OR has(agents, {agent:String})
ORDER BY max(w.most) DESC, subject
LIMIT {most:UInt32}
