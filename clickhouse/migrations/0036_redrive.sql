-- A task that was sent again as another message names that one in a header of the new one. The new message ends the old task
-- as an answer does, from its own time on: so it is a row of task_answers, of the type redrive, and every question about open
-- tasks leaves the old one out without knowing of it. Nothing that is stored is written again.

ALTER TABLE agent_messages ADD COLUMN IF NOT EXISTS redrive_of String ALIAS headers['redrive-of'] COMMENT 'Header: the message that was sent again as this one';

ALTER TABLE agent_messages ADD COLUMN IF NOT EXISTS redrive_root String ALIAS headers['redrive-root'] COMMENT 'Header: the first of the messages that were sent again as this one';

ALTER TABLE tasks ADD COLUMN IF NOT EXISTS redrive_of String COMMENT 'Header: the task that was sent again as this one' CODEC(ZSTD(1)) AFTER ttl_seconds;

ALTER TABLE tasks_from_messages MODIFY QUERY
SELECT
    message_id, agent, source, priority, conversation_id, cause_message_id, trace_id, ttl_seconds, headers['redrive-of'] AS redrive_of,
    topic, partition, offset, value_hash, event_time, arrived_at,
    bitOr(bitOr(
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 128),
        bitShiftLeft(toUInt256(bitNot(offset)), 64)),
        toUInt256(cityHash64(topic, partition, offset, value_hash))) AS version
FROM agent_messages
WHERE message_type = 'task';

ALTER TABLE task_answers COMMENT COLUMN parent_message_id 'The task answered, or sent again';

ALTER TABLE task_answers COMMENT COLUMN message_id 'Id of the answer, or of the new task';

ALTER TABLE task_answers COMMENT COLUMN message_type 'result, error or cancel; redrive: it was sent again as a new task';

ALTER TABLE task_answers COMMENT COLUMN source 'Who answered, normalised; empty of a redrive, which is no answer';

ALTER TABLE task_answers MODIFY COMMENT 'Results, errors and cancels by the task that they answer, and new tasks by the one that they are sent again for; the first by event_time decides';

ALTER TABLE task_answers_from_messages MODIFY QUERY
WITH m.message_type = 'task' AS is_redrive
SELECT
    cityHash64(parent_message_id) AS parent_hash,
    if(is_redrive, m.headers['redrive-of'], m.parent_message_id) AS parent_message_id,
    message_id,
    if(is_redrive, 'redrive', m.message_type) AS message_type,
    if(is_redrive, '', m.source) AS source,
    topic, partition, offset, value_hash, event_time, arrived_at
FROM agent_messages AS m
WHERE (m.message_type IN ('result', 'error', 'cancel') AND m.parent_message_id != '')
    OR (m.message_type = 'task' AND m.headers['redrive-of'] NOT IN ('', m.message_id));

ALTER TABLE open_tasks_from_messages MODIFY QUERY
WITH message_type = 'task' AS is_task
SELECT
    if(is_mark, if(is_task, m.headers['redrive-of'], m.parent_message_id), m.message_id) AS message_id,
    agent, source, priority,
    if(is_mark, '', m.conversation_id) AS conversation_id,
    if(is_mark, '', m.cause_message_id) AS cause_message_id,
    if(is_mark, '', m.trace_id) AS trace_id,
    ttl_seconds, topic, partition, offset, value_hash, event_time, arrived_at,
    if(is_mark, '', m.body) AS body,
    if(is_mark, bitNot(toUInt256(0)), bitOr(bitOr(
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 128),
        bitShiftLeft(toUInt256(bitNot(offset)), 64)),
        toUInt256(cityHash64(topic, partition, offset, value_hash)))) AS version,
    is_mark AS is_deleted
FROM agent_messages AS m
-- A task, the mark of one that is answered, or both.
ARRAY JOIN multiIf(NOT is_task, [1], m.headers['redrive-of'] NOT IN ('', m.message_id), [0, 1], [0])::Array(UInt8) AS is_mark
WHERE is_task OR (message_type IN ('result', 'error', 'cancel') AND m.parent_message_id != '');

-- What came for the old task: a row more, without a record, which live streams leave out.
ALTER TABLE arrivals_from_messages MODIFY QUERY
SELECT
    'message' AS kind,
    if(is_redrive, cityHash64('redrive', topic, partition, offset, value_hash), cityHash64(topic, partition, offset, value_hash)) AS row_id,
    message_id AS id,
    trace_id,
    if(is_redrive, m.headers['redrive-of'], m.parent_message_id) AS parent_id,
    agent,
    source,
    if(is_redrive, 'redrive', message_type) AS type,
    if(message_type = 'error', 'error', '') AS severity,
    priority AS state,
    event_time,
    if(is_redrive, '', if(reason != '', substringUTF8(toValidUTF8(reason), 1, 200), preview)) AS preview,
    if(record_bytes > 262144 OR is_redrive, '', body) AS record,
    if(is_redrive, 0, length(body)) AS record_bytes,
    topic,
    partition,
    offset
FROM agent_messages AS m
ARRAY JOIN if(message_type = 'task' AND m.headers['redrive-of'] NOT IN ('', m.message_id), [0, 1], [0])::Array(UInt8) AS is_redrive;

ALTER TABLE answered_tasks COMMENT COLUMN outcome 'completed, failed or cancelled: what the first answer says; superseded: it was sent again before';

ALTER TABLE answered_tasks COMMENT COLUMN answered_at 'event_time of the first answer, or of the new task';

CREATE OR REPLACE VIEW task_states AS
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
            uniqExactIf(message_id, message_type != 'redrive') AS answers
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
        answers.first.1 = 'result', 'completed',
        answers.first.1 = 'error', 'failed',
        answers.first.1 = 'redrive', 'superseded',
        answers.first.1 != '', 'cancelled',
        expires_at <= {now:DateTime64(9, 'UTC')}, 'expired',
        has_sign OR is_consumed, 'in_progress',
        NOT is_observed, 'unknown',
        readers.members > 0 OR readers.committed_at >= {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR, 'queued',
        'lost') AS state,
    ifNull(answers.first.1, '') = '' AS pending,
    if(ifNull(answers.first.1, '') NOT IN ('', 'redrive'), answers.first.2, '') AS answer_message_id,
    if(ifNull(answers.first.1, '') NOT IN ('', 'redrive'), answers.first.3, '') AS answered_by,
    if(ifNull(answers.first.1, '') NOT IN ('', 'redrive'), answers.first.4, NULL) AS answered_at,
    ifNull(answered_at > expires_at, false) AS answered_late,
    ifNull(answers.answers, 0) AS answers,
    if(has_sign, arrayMin(s -> s.1, own_signs), NULL) AS claimed_at,
    if(has_sign, arrayMax(s -> s.1, own_signs), NULL) AS last_sign_at
FROM candidates AS c
LEFT JOIN answers ON answers.parent_message_id = c.message_id
LEFT JOIN signs ON signs.message_id = c.message_id
LEFT JOIN readers ON readers.topic = c.topic
COMMENT 'Each task with its state; task_states(at, now, open_only)';
