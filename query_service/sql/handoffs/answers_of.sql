-- Answers to tasks by their ids: the first, and how many there are.
SELECT
    parent_message_id AS message_id,
    argMin((toString(message_type), event_time, toString(source), a.message_id), (event_time, a.message_id, value_hash)) AS first,
    first.1 AS answer_type,
    first.2 AS answered_at,
    first.3 AS answered_by,
    first.4 AS answer_message_id,
    uniqExact(a.message_id) AS answers
FROM task_answers AS a
WHERE parent_hash IN arrayMap(i -> cityHash64(i), {ids:Array(String)}) AND event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY parent_message_id
