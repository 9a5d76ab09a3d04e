-- The state of tasks at a time (contract 3 of the design). Parameters of the views:
-- at: only what happened up to then is considered; now: the clock that expiry and silence are
-- measured by (equal to at when a past state is asked for).

-- What groups had committed, by the last day that was observed: a group that has not been seen
-- for a day is gone, and two weeks of keep-alives need not be read.
CREATE VIEW IF NOT EXISTS consumer_commits AS
WITH groupArraySorted(2)((-toUnixTimestamp64Nano(last_seen), value, first_seen)) AS latest
SELECT
    topic,
    partition,
    consumer_group,
    latest[1].2 AS committed,
    -- A group that was rewound comes by one offset twice: what counts is when it last had another.
    greatest(latest[1].3, fromUnixTimestamp64Nano(-latest[2].1, 'UTC')) AS committed_at,
    max(last_seen) AS observed_at
FROM
(
    SELECT topic, partition, consumer_group, value, min(k.observed_at) AS first_seen, max(k.observed_at) AS last_seen
    FROM kafka_offsets AS k
    WHERE metric = 'kafka.consumer_group.offset'
        AND k.observed_at <= {at:DateTime64(9, 'UTC')}
        AND k.observed_at > (
            SELECT max(o.observed_at) FROM kafka_offsets AS o
            WHERE o.metric = 'kafka.consumer_group.offset' AND o.observed_at <= {at:DateTime64(9, 'UTC')}) - INTERVAL 1 DAY
        AND NOT startsWith(consumer_group, 'agent-telemetry-')
    GROUP BY topic, partition, consumer_group, value
)
GROUP BY topic, partition, consumer_group
COMMENT 'What each group of agents has committed on each partition; consumer_commits(at)';

CREATE VIEW IF NOT EXISTS queue_readers AS
WITH
    commits AS
    (
        SELECT
            topic,
            groupUniqArray(consumer_group) AS groups,
            max(committed_at) AS committed_at,
            minMap(map(partition, committed)) AS lowest,
            sumMap(map(partition, 1)) AS committing
        FROM consumer_commits(at = {at:DateTime64(9, 'UTC')})
        GROUP BY topic
    ),
    members AS
    (
        SELECT topic, consumer_group, argMax(value, k.observed_at) AS members
        FROM kafka_offsets AS k
        WHERE metric = 'kafka.consumer_group.members' AND k.observed_at <= {at:DateTime64(9, 'UTC')}
            AND NOT startsWith(consumer_group, 'agent-telemetry-')
        GROUP BY topic, consumer_group
    ),
    seen AS
    (
        SELECT topic, max(k.observed_at) AS observed_at
        FROM kafka_offsets AS k
        WHERE k.observed_at <= {at:DateTime64(9, 'UTC')} AND topic != '' AND NOT startsWith(consumer_group, 'agent-telemetry-')
        GROUP BY topic
    )
SELECT
    seen.topic AS topic,
    commits.groups AS groups,
    if(empty(commits.groups), NULL, commits.committed_at) AS committed_at,
    greatest(
        ifNull(by_topic.members, 0),
        arraySum(arrayMap(g -> by_group[g], commits.groups))) AS members,
    seen.observed_at AS observed_at,
    commits.lowest AS lowest,
    commits.committing AS committing
FROM seen
LEFT JOIN commits ON commits.topic = seen.topic
LEFT JOIN (SELECT topic, sum(members) AS members FROM members WHERE topic != '' GROUP BY topic) AS by_topic ON by_topic.topic = seen.topic
CROSS JOIN (SELECT mapFromArrays(groupArray(consumer_group), groupArray(members)) AS by_group FROM members WHERE topic = '') AS whole
COMMENT 'Who reads each queue; queue_readers(at)';

CREATE VIEW IF NOT EXISTS task_states AS
WITH
    candidates AS
    (
        SELECT message_id, agent, source, priority, conversation_id, cause_message_id, trace_id, ttl_seconds,
            topic, partition, offset, value_hash, event_time, '' AS body
        FROM tasks FINAL
        WHERE NOT {open_only:Bool} AND event_time <= {at:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT message_id, agent, source, priority, conversation_id, cause_message_id, trace_id, ttl_seconds,
            topic, partition, offset, value_hash, event_time, body
        FROM open_tasks FINAL
        WHERE {open_only:Bool} AND is_deleted = 0 AND event_time <= {at:DateTime64(9, 'UTC')}
    ),
    answers AS
    (
        SELECT
            parent_message_id,
            argMin((message_type, message_id, source, event_time), (event_time, message_id, value_hash)) AS first,
            uniqExact(message_id) AS answers
        FROM task_answers
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
            AND (NOT {open_only:Bool} OR parent_hash IN (SELECT cityHash64(message_id) FROM open_tasks FINAL WHERE is_deleted = 0))
        GROUP BY parent_message_id
    ),
    signs AS
    (
        SELECT
            message_id,
            groupArray((event_time, event_name, replaceAll(lower(agent_name), ' ', '-'))) AS seen
        FROM task_events
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
            AND (NOT {open_only:Bool} OR message_hash IN (SELECT cityHash64(message_id) FROM open_tasks FINAL WHERE is_deleted = 0))
        GROUP BY message_id
    ),
    readers AS
    (
        SELECT * FROM queue_readers(at = {at:DateTime64(9, 'UTC')})
    )
SELECT
    c.message_id AS message_id,
    c.agent AS agent,
    c.source AS source,
    c.priority AS priority,
    c.conversation_id AS conversation_id,
    c.cause_message_id AS cause_message_id,
    c.trace_id AS trace_id,
    c.topic AS topic,
    c.partition AS partition,
    c.offset AS offset,
    c.value_hash AS value_hash,
    c.event_time AS event_time,
    c.ttl_seconds AS ttl_seconds,
    c.body AS body,
    if(isNull(c.ttl_seconds), NULL, fromUnixTimestamp64Nano(toUnixTimestamp64Nano(c.event_time) + toInt64(least(greatest(c.ttl_seconds, 0), 1e9) * 1e9), 'UTC')) AS expires_at,
    -- A span of another agent that names the message is no sign that its target works on it.
    notEmpty(arrayFilter(s -> s.2 != 'process' OR s.3 = c.agent OR s.3 = '', signs.seen) AS own_signs) AS has_sign,
    -- ifNull: a client may set join_use_nulls.
    ifNull(length(readers.groups) > 0 AND readers.committing[toInt32(c.partition)] = length(readers.groups) AND readers.lowest[toInt32(c.partition)] > c.offset, false) AS is_consumed,
    ifNull(readers.observed_at >= {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, false) AS is_observed,
    multiIf(
        answers.answers > 0 AND answers.first.1 = 'result', 'completed',
        answers.answers > 0 AND answers.first.1 = 'error', 'failed',
        answers.answers > 0, 'cancelled',
        expires_at <= {now:DateTime64(9, 'UTC')}, 'expired',
        has_sign OR is_consumed, 'in_progress',
        NOT is_observed, 'unknown',
        readers.members > 0 OR readers.committed_at >= {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'queued',
        'lost') AS state,
    ifNull(answers.answers, 0) = 0 AS pending,
    if(answers.answers > 0, answers.first.2, '') AS answer_message_id,
    if(answers.answers > 0, answers.first.3, '') AS answered_by,
    if(answers.answers > 0, answers.first.4, NULL) AS answered_at,
    ifNull(answered_at > expires_at, false) AS answered_late,
    ifNull(answers.answers, 0) AS answers,
    if(has_sign, arrayMin(s -> s.1, own_signs), NULL) AS claimed_at,
    if(has_sign, arrayMax(s -> s.1, own_signs), NULL) AS last_sign_at
FROM candidates AS c
LEFT JOIN answers ON answers.parent_message_id = c.message_id
LEFT JOIN signs ON signs.message_id = c.message_id
LEFT JOIN readers ON readers.topic = c.topic
COMMENT 'Each task with its state; task_states(at, now, open_only)';

CREATE VIEW IF NOT EXISTS tasks_now AS
SELECT * FROM task_states(at = '2100-01-01', now = now64(9), open_only = false)
COMMENT 'Each task with its state by all that is known now';
