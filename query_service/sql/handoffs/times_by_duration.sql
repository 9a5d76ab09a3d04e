-- Handoffs whose task was sent in a window and is answered, by the time to the first answer (ns), the
-- longest first (turn 1) or last (-1), after a row: as worked out by the observer, and anew those that
-- something came for since its last run.
WITH
    lately AS
    (
        SELECT cityHash64(if(type = 'task', id, parent_id))
        FROM arrivals
        WHERE NOT {whole:Bool} AND kind = 'message' AND inserted_at >= {from:DateTime64(9, 'UTC')}
    ),
    answered AS
    (
        SELECT event_time, message_hash, message_id, toString(agent) AS target, toString(source) AS source, toString(priority) AS priority,
            toString(topic) AS topic, partition, offset, value_hash, answered_at
        FROM answered_tasks FINAL
        WHERE toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
            AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes(least({until:DateTime64(9, 'UTC')}, {at:DateTime64(9, 'UTC')}))
            AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
            AND event_time <= {at:DateTime64(9, 'UTC')} AND answered_at <= {at:DateTime64(9, 'UTC')}
            AND outcome != 'superseded' AND NOT {whole:Bool} AND message_hash NOT IN lately
        UNION ALL
        SELECT sent.first.1, sent.id_hash, answers.message_id, sent.first.4, sent.first.5, sent.first.6,
            sent.first.7, sent.first.8, sent.first.2, sent.first.9, answers.answered_at
        FROM
        (
            SELECT id_hash, min((event_time, offset, place, toString(agent), toString(source), toString(priority), toString(topic), partition, value_hash)) AS first
            FROM message_index
            WHERE message_type = 'task' AND ({whole:Bool} OR id_hash IN lately)
            GROUP BY id_hash
            HAVING first.1 >= {since:DateTime64(9, 'UTC')} AND first.1 < {until:DateTime64(9, 'UTC')} AND first.1 <= {at:DateTime64(9, 'UTC')}
        ) AS sent
        INNER JOIN
        (
            SELECT parent_hash, any(parent_message_id) AS message_id, min(event_time) AS answered_at
            FROM task_answers AS a
            WHERE event_time <= {at:DateTime64(9, 'UTC')} AND ({whole:Bool} OR parent_hash IN lately)
            GROUP BY parent_hash
            HAVING argMin(message_type, (event_time, a.message_id, value_hash)) != 'redrive'
        ) AS answers ON answers.parent_hash = sent.id_hash
    )
SELECT
    toUnixTimestamp64Nano(event_time) AS key_time, message_id, message_hash AS hash, topic, partition, offset, value_hash,
    toUnixTimestamp64Nano(answered_at) - toUnixTimestamp64Nano(event_time) AS duration
FROM answered
WHERE duration >= 0
    AND ({trace_id:String} = '' OR message_hash IN (SELECT cityHash64(message_id) FROM tasks WHERE {trace_id:String} != '' AND trace_id = {trace_id:String}))
    AND ({agent:String} = '' OR source = {agent:String} OR target = {agent:String})
    AND ({source:String} = '' OR source = {source:String})
    AND ({target:String} = '' OR target = {target:String})
    AND ({priority:String} = '' OR priority = {priority:String})
    AND ({after_id:String} = '' OR ({turn:Int8} * duration, message_id) < ({turn:Int8} * {after_value:Int64}, {after_id:String}))
ORDER BY {turn:Int8} * duration DESC, message_id DESC
LIMIT {limit:UInt32}
