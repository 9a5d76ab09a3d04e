-- Tasks that are answered, of those of which a record or an answer arrived. A task whose earliest
-- record came late has a row at the time of each later one, which is taken out.
INSERT INTO answered_tasks
    (event_time, message_hash, message_id, agent, source, priority, topic, partition, offset, value_hash,
    outcome, answered_at, answered_by, answers, computed_at, is_deleted)
WITH
    lately AS
    (
        SELECT cityHash64(if(type = 'task', id, parent_id))
        FROM arrivals
        WHERE NOT {whole:Bool} AND kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')}
    ),
    sent AS
    (
        SELECT
            id_hash,
            min((event_time, offset, place, agent, source, priority, topic, partition, value_hash)) AS first,
            arrayDistinct(arrayFilter(t -> t != first.1, groupArray(event_time))) AS later
        FROM message_index
        PREWHERE id_hash BETWEEN {low:UInt64} AND {high:UInt64} AND ({whole:Bool} OR id_hash IN lately)
        WHERE message_type = 'task'
        GROUP BY id_hash
    ),
    answered AS
    (
        SELECT
            parent_hash,
            any(parent_message_id) AS message_id,
            argMin((message_type, event_time, source), (event_time, a.message_id, value_hash)) AS first,
            uniqExactIf(a.message_id, message_type != 'redrive') AS answers
        FROM task_answers AS a
        WHERE parent_hash BETWEEN {low:UInt64} AND {high:UInt64}
            AND ({whole:Bool} OR parent_hash IN lately)
        GROUP BY parent_hash
    )
SELECT
    time, id_hash, answered.message_id, sent.first.4, sent.first.5, sent.first.6, sent.first.7, sent.first.8, sent.first.2, sent.first.9,
    transform(answered.first.1, ['result', 'error', 'redrive'], ['completed', 'failed', 'superseded'], 'cancelled'),
    answered.first.2, answered.first.3, answered.answers,
    {computed_at:DateTime64(3, 'UTC')}, time != sent.first.1
FROM sent
INNER JOIN answered ON answered.parent_hash = sent.id_hash
ARRAY JOIN arrayConcat([sent.first.1], sent.later) AS time
