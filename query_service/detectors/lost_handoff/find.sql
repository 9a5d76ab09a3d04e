-- Tasks that nobody will answer, and answers to tasks that nobody sent.
WITH
    {at:DateTime64(9, 'UTC')} AS now,
    -- Everybody who sent a message or a span within the day.
    alive AS
    (
        SELECT agent FROM queue_counts FINAL
        WHERE seconds = 300 AND bucket BETWEEN now - INTERVAL 1 DAY AND now AND side = 'sender' AND messages > 0
        UNION DISTINCT
        SELECT agent FROM span_rollups
        WHERE step = 300 AND bucket BETWEEN now - INTERVAL 1 DAY AND now
    ),
    -- What is known of each queue: who commits there, and how far all of them have come.
    read AS MATERIALIZED
    (
        SELECT topic, partition, max(observed_at) AS seen_at, min(committed) AS passed,
            countIf(consumer_group != '') > 0 AS has_groups, max(ifNull(members, 0)) AS members
        FROM queue_groups(at = {at:DateTime64(9, 'UTC')})
        GROUP BY topic, partition
    ),
    waiting AS MATERIALIZED
    (
        SELECT
            w.message_id AS message_id, w.agent AS agent, w.source AS source, w.trace_id AS trace_id, w.topic AS topic,
            w.event_time AS sent_at, w.is_begun AS is_begun, w.signs_seen AS signs_seen, w.last_sign_at AS last_sign_at,
            r.seen_at > now - INTERVAL 1 HOUR AS is_seen, r.has_groups AS has_groups, r.members AS members,
            is_seen AND r.has_groups AND r.passed > w.offset AS is_consumed
        FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')}) AS w
        LEFT JOIN read AS r ON r.topic = w.topic AND r.partition = w.partition
        WHERE w.event_time <= now - toIntervalMillisecond(toInt64(1000 * {min_waiting_seconds:Float64}))
    ),
    -- How the same pairs went lately: when tasks were sent that are answered, and how long that took.
    answered AS MATERIALIZED
    (
        SELECT agent, source, groupArray(event_time) AS sent,
            quantileTDigest(0.99)(greatest(0, dateDiff('millisecond', event_time, answered_at)) / 1000) AS usual_seconds
        FROM answered_tasks FINAL
        WHERE toStartOfFiveMinutes(event_time) BETWEEN now - INTERVAL 6 HOUR AND now AND event_time <= now AND answered_at <= now AND outcome != 'superseded'
        GROUP BY agent, source
    ),
    dropped AS MATERIALIZED
    (
        SELECT
            w.agent AS agent, w.source AS source, w.message_id AS message_id, w.trace_id AS trace_id, w.sent_at AS sent_at, w.topic AS topic,
            a.usual_seconds AS usual, dateDiff('second', w.sent_at, now) AS waited,
            arrayCount(t -> t > w.sent_at, a.sent) AS answered_later, length(a.sent) AS answered_in_all,
            count() OVER (PARTITION BY w.agent, w.source) AS unanswered
        FROM waiting AS w
        INNER JOIN answered AS a ON a.agent = w.agent AND a.source = w.source
        WHERE (w.is_consumed AND NOT w.is_begun OR hasAny(w.signs_seen, ['process', 'agent_telemetry.task.done']))
            AND waited > {times_usual:Float64} * usual
            AND answered_later >= {min_answered_later:Float64}
    ),
    came AS MATERIALIZED
    (
        SELECT message_id, parent_message_id, source, m.agent AS agent, event_time, trace_id, topic
        FROM agent_messages AS m
        WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes({since:DateTime64(9, 'UTC')}) AND now
            AND event_time BETWEEN {since:DateTime64(9, 'UTC')} AND now - toIntervalMillisecond(toInt64(1000 * {min_waiting_seconds:Float64}))
            AND message_type IN ('result', 'error') AND parent_message_id != ''
            AND cityHash64(parent_message_id) NOT IN (
                SELECT message_hash FROM answered_tasks
                WHERE answered_at BETWEEN {since:DateTime64(9, 'UTC')} AND now)
    )
SELECT *
FROM
(
    SELECT
        topic AS subject,
        arraySlice(arrayConcat([toString(owner)], arraySort(groupUniqArray(20)(toString(source)))), 1, 20) AS agents,
        '' AS severity,
        0.9 AS confidence,
        min(sent_at) AS first_seen,
        now AS last_seen,
        arraySlice(groupArray(message_id), 1, 1000) AS task_ids,
        arraySlice(arrayDistinct(groupArrayIf(trace_id, trace_id != '')), 1, 1000) AS trace_ids,
        CAST([], 'Array(String)') AS error_ids,
        toUInt64(count()) AS tasks,
        toUInt64(uniqIf(trace_id, trace_id != '')) AS traces,
        toUInt64(0) AS errors,
        CAST((['tasks', 'oldest_waiting_seconds'], [toFloat64(count()), toFloat64(dateDiff('second', min(sent_at), now))]), 'Map(String, Float64)') AS figures,
        CAST((['why', 'topic', 'sender'], ['nobody reads this queue, and nobody of this name was heard of within a day', toString(topic), toString(argMin(source, sent_at))]), 'Map(String, String)') AS facts
    FROM (SELECT *, agent AS owner FROM waiting ORDER BY sent_at, message_id)
    WHERE is_seen AND members = 0 AND NOT is_begun AND NOT is_consumed AND owner NOT IN alive
    GROUP BY topic, owner
    UNION ALL
    SELECT
        concat('unanswered ', owner) AS subject,
        arraySlice(arrayConcat([toString(owner)], arraySort(groupUniqArray(20)(toString(source)))), 1, 20),
        '',
        least(0.95, 0.6 + 0.05 * min(answered_later)),
        min(sent_at),
        now,
        arraySlice(groupArray(message_id), 1, 1000),
        arraySlice(arrayDistinct(groupArrayIf(trace_id, trace_id != '')), 1, 1000),
        [],
        toUInt64(count()),
        toUInt64(uniqIf(trace_id, trace_id != '')),
        toUInt64(0),
        CAST((['tasks', 'oldest_waiting_seconds', 'usual_p99_seconds', 'answered_later'],
            [toFloat64(count()), toFloat64(max(waited)), max(usual), toFloat64(max(answered_later))]), 'Map(String, Float64)'),
        CAST((['why', 'topic', 'sender'], ['read from the queue and never answered, while later ones were', toString(any(topic)), toString(argMin(source, sent_at))]), 'Map(String, String)')
    FROM (SELECT *, agent AS owner FROM dropped WHERE unanswered <= {max_unanswered_ratio:Float64} * answered_in_all ORDER BY sent_at, message_id)
    GROUP BY owner
    UNION ALL
    SELECT
        concat('unknown task of ', sender) AS subject,
        arraySlice(arrayConcat([toString(sender)], arraySort(groupUniqArray(20)(toString(receiver)))), 1, 20),
        'medium',
        0.8,
        min(event_time),
        max(event_time),
        arraySlice(arrayDistinct(groupArray(parent_message_id)), 1, 1000),
        arraySlice(arrayDistinct(groupArrayIf(trace_id, trace_id != '')), 1, 1000),
        [],
        toUInt64(uniq(parent_message_id)),
        toUInt64(uniqIf(trace_id, trace_id != '')),
        toUInt64(0),
        CAST((['tasks', 'oldest_waiting_seconds'], [toFloat64(uniq(parent_message_id)), toFloat64(dateDiff('second', min(event_time), now))]), 'Map(String, Float64)'),
        CAST((['why', 'topic', 'sender'], ['answered, but no task of this id was ever seen', toString(any(topic)), toString(sender)]), 'Map(String, String)')
    FROM (SELECT *, source AS sender, agent AS receiver FROM came ORDER BY event_time, message_id)
    WHERE parent_message_id NOT IN (SELECT message_id FROM tasks WHERE message_id IN (SELECT parent_message_id FROM came))
    GROUP BY sender
)
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY tasks DESC, subject
LIMIT {most:UInt32}
