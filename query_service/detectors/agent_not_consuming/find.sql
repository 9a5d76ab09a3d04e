-- Queues with messages that their reader does not take: nobody is there, or it commits nothing, or went back.
WITH
    {at:DateTime64(9, 'UTC')} AS now,
    open AS MATERIALIZED
    (
        SELECT topic, partition, offset, message_id, source, trace_id, event_time, agent, last_sign_at
        FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
        WHERE is_begun OR event_time < now - INTERVAL 2 HOUR
    ),
    groups AS MATERIALIZED
    (
        SELECT *, dateDiff('millisecond', ifNull(committed_at, watched_since), observed_at) / 1000 AS still_seconds
        FROM queue_groups(at = {at:DateTime64(9, 'UTC')})
        WHERE observed_at > now - INTERVAL 1 HOUR
    ),
    -- Records that a group has not read. Those older than two hours are known when they are open tasks.
    unread AS
    (
        SELECT r.topic AS topic, g.consumer_group AS consumer_group, message_id, is_task, source, trace_id, event_time
        FROM
        (
            SELECT topic, partition, offset, message_id, message_type = 'task' AS is_task, toString(source) AS source, trace_id, event_time
            FROM agent_messages
            WHERE toStartOfFiveMinutes(event_time) BETWEEN now - INTERVAL 2 HOUR AND now AND event_time <= now AND message_type != 'heartbeat'
                AND topic IN (SELECT topic FROM groups WHERE consumer_group = '' OR committed < log_end)
            UNION ALL
            SELECT topic, partition, offset, message_id, 1, toString(source), trace_id, event_time
            FROM open
            WHERE event_time < now - INTERVAL 2 HOUR
        ) AS r
        INNER JOIN groups AS g ON g.topic = r.topic AND g.partition = r.partition
        WHERE g.consumer_group = '' OR r.offset >= g.committed
    ),
    waiting AS
    (
        SELECT
            topic, consumer_group,
            count() AS messages, countIf(is_task) AS tasks,
            min(event_time) AS oldest,
            arraySort(groupUniqArray(20)(source)) AS sources,
            arraySlice(groupArray(message_id), 1, 1000) AS ids,
            arraySlice(arrayDistinct(groupArrayIf(trace_id, trace_id != '')), 1, 1000) AS trace_ids,
            uniqIf(trace_id, trace_id != '') AS traces
        FROM (SELECT * FROM unread ORDER BY event_time, message_id LIMIT 1 BY topic, consumer_group, message_id)
        GROUP BY topic, consumer_group
    ),
    queues AS
    (
        SELECT
            topic, consumer_group, substring(topic, length('agent-queue-') + 1) AS owner,
            max(observed_at) AS seen_at,
            sum(greatest(0, log_end - committed)) AS lag,
            min(still_seconds) AS still,
            countIf(isNotNull(members)) > 0 AS is_known, max(ifNull(members, 0)) AS readers,
            max(rewound_at) AS last_rewound, max(rewound_by) AS rewound
        FROM groups
        GROUP BY topic, consumer_group
    ),
    -- Who works on a task of the queue now, and said so lately, is busy; and how long tasks take.
    busy AS
    (
        SELECT agent, max(last_sign_at) AS last_sign
        FROM open
        WHERE isNotNull(last_sign_at)
        GROUP BY agent
    ),
    usual AS
    (
        SELECT agent, quantileTDigest(0.99)(greatest(0, dateDiff('millisecond', event_time, answered_at)) / 1000) AS p99
        FROM answered_tasks
        WHERE is_deleted = 0 AND outcome != 'superseded' AND toStartOfFiveMinutes(event_time) BETWEEN now - INTERVAL 6 HOUR AND now AND answered_at <= now
        GROUP BY agent
    ),
    alive AS
    (
        SELECT agent, max(last_time) AS last_life, maxIf(last_time, message_type IN ('result', 'error')) AS last_answer FROM queue_counts FINAL
        WHERE seconds = 300 AND bucket BETWEEN now - INTERVAL 1 DAY AND now AND side = 'sender' AND messages > 0
        GROUP BY agent
    ),
    spanned AS
    (
        SELECT agent, max(last_seen) AS last_life FROM span_rollups
        WHERE step = 300 AND bucket BETWEEN now - INTERVAL 1 DAY AND now
        GROUP BY agent
    ),
    judged AS
    (
        SELECT
            q.topic AS topic, q.consumer_group AS consumer_group, q.owner AS owner, q.seen_at AS seen_at, q.lag AS lag, q.is_known AS is_known,
            q.readers AS readers, q.last_rewound AS last_rewound, q.rewound AS rewound, w.messages AS messages, w.tasks AS unread_tasks, w.oldest AS oldest, w.sources AS sources, w.ids AS ids, w.trace_ids AS unread_traces, w.traces AS traces_in_all,
            dateDiff('millisecond', w.oldest, q.seen_at) / 1000 AS waited,
            least(waited, if(q.consumer_group = '', waited, q.still)) AS silent,
            greatest(a.last_life, s.last_life, toDateTime64(ifNull(b.last_sign, toDateTime64(0, 9, 'UTC')), 9, 'UTC')) AS heard_at,
            ifNull(b.last_sign, toDateTime64(0, 9, 'UTC')) > q.seen_at - toIntervalMillisecond(toInt64(1000 * {busy_seconds:Float64})) AS is_busy,
            multiIf(
                q.consumer_group = '', if(heard_at > toDateTime64(0, 9, 'UTC'), 'never', ''),
                q.last_rewound >= {since:DateTime64(9, 'UTC')}, 'rewound',
                q.is_known AND q.readers = 0, if(silent >= {min_silent_seconds:Float64} AND heard_at > toDateTime64(0, 9, 'UTC'), 'stopped', ''),
                -- Who answers reads on: one task that is not done may hold up all commits.
                NOT is_busy AND least(silent, dateDiff('millisecond', a.last_answer, q.seen_at) / 1000) >= greatest({min_stalled_seconds:Float64}, {times_usual:Float64} * u.p99), 'stalled',
                '') AS rule
        FROM queues AS q
        INNER JOIN waiting AS w ON w.topic = q.topic AND w.consumer_group = q.consumer_group
        LEFT JOIN busy AS b ON b.agent = q.owner
        LEFT JOIN usual AS u ON u.agent = q.owner
        LEFT JOIN alive AS a ON a.agent = q.owner
        LEFT JOIN spanned AS s ON s.agent = q.owner
    )
SELECT *
FROM
(
    SELECT
        if(consumer_group = '', topic, concat(topic, ' ', consumer_group)) AS subject,
        arraySlice(arrayConcat([owner], arrayFilter(one -> one NOT IN ('', owner), sources)), 1, 20) AS agents,
        multiIf(unread_tasks >= {many:Float64} AND rule != 'rewound', 'critical', '') AS severity,
        round(transform(rule, ['stopped', 'never', 'stalled', 'rewound'], [0.95, 0.9, 0.8, 0.7], 0.5) - if(silent < 2 * {min_silent_seconds:Float64}, 0.1, 0), 2) AS confidence,
        if(rule = 'rewound', assumeNotNull(last_rewound), seen_at - toIntervalMillisecond(toInt64(1000 * silent))) AS first_seen,
        seen_at AS last_seen,
        ids AS task_ids,
        unread_traces AS trace_ids,
        CAST([], 'Array(String)') AS error_ids,
        toUInt64(messages) AS tasks,
        toUInt64(traces_in_all) AS traces,
        toUInt64(0) AS errors,
        CAST((
            ['waiting_messages', 'waiting_tasks', 'oldest_waiting_seconds', 'silent_seconds', 'lag', 'members', 'rewound_by', 'heard_seconds_ago'],
            [toFloat64(messages), toFloat64(unread_tasks), waited, silent, if(consumer_group = '', nan, toFloat64(lag)), if(is_known, toFloat64(readers), nan),
                if(rule = 'rewound', toFloat64(rewound), nan), if(heard_at > toDateTime64(0, 9, 'UTC'), dateDiff('millisecond', heard_at, now) / 1000, nan)]), 'Map(String, Float64)') AS figures,
        CAST((
            ['why', 'topic', 'group'],
            [transform(rule, ['stopped', 'never', 'stalled', 'rewound'],
                ['nobody is in its consumer group any more', 'no consumer group has ever read its queue', 'it is in its group and commits nothing', 'its group went back to messages that it had read'], ''),
                toString(topic), toString(consumer_group)]), 'Map(String, String)') AS facts
    FROM judged
    WHERE rule != '' AND waited >= if(rule = 'rewound', 0, {min_silent_seconds:Float64})
)
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY tasks DESC, subject
LIMIT {most:UInt32}
