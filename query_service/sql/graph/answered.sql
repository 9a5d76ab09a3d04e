-- Answered tasks that were sent in a window by sender and receiver: as worked out by the observer, and
-- anew those that something came for since its last run.
WITH lately AS
(
    SELECT cityHash64(if(type = 'task', id, parent_id))
    FROM arrivals
    WHERE NOT {whole:Bool} AND kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')}
)
SELECT
    source,
    agent AS target,
    countIf(outcome != 'superseded') AS answered,
    countIf(outcome = 'completed') AS completed,
    countIf(outcome = 'failed') AS failed,
    countIf(outcome = 'cancelled') AS cancelled,
    countIf(outcome = 'superseded') AS superseded,
    -- Within 1 %; an answer before its task, by another clock, has no time.
    quantilesDDIf(0.01, 0.5, 0.95)(greatest(seconds, 1e-9), seconds >= 0 AND outcome != 'superseded') AS times,
    countIf(seconds >= 0 AND outcome != 'superseded') AS timed
FROM
(
    SELECT toString(source) AS source, toString(agent) AS agent, toString(outcome) AS outcome,
        (toUnixTimestamp64Nano(answered_at) - toUnixTimestamp64Nano(event_time)) / 1e9 AS seconds
    FROM answered_tasks FINAL
    WHERE toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({from:DateTime64(9, 'UTC')})
        AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
        AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND event_time <= {at:DateTime64(9, 'UTC')} AND answered_at <= {at:DateTime64(9, 'UTC')}
        AND NOT {whole:Bool} AND message_hash NOT IN lately
    UNION ALL
    SELECT sent.first.4, sent.first.5, transform(answers.first.1, ['result', 'error', 'redrive'], ['completed', 'failed', 'superseded'], 'cancelled'),
        (toUnixTimestamp64Nano(answers.first.2) - toUnixTimestamp64Nano(sent.first.1)) / 1e9
    FROM
    (
        SELECT id_hash, min((event_time, offset, place, toString(source), toString(agent))) AS first
        FROM message_index
        PREWHERE {whole:Bool} OR id_hash IN lately
        WHERE message_type = 'task'
        GROUP BY id_hash
        HAVING first.1 >= {from:DateTime64(9, 'UTC')} AND first.1 < {until:DateTime64(9, 'UTC')} AND first.1 <= {at:DateTime64(9, 'UTC')}
    ) AS sent
    INNER JOIN
    (
        SELECT parent_hash, argMin((toString(message_type), event_time), (event_time, message_id, value_hash)) AS first
        FROM task_answers
        PREWHERE {whole:Bool} OR parent_hash IN lately
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
        GROUP BY parent_hash
    ) AS answers ON answers.parent_hash = sent.id_hash
)
WHERE {agent:String} = '' OR source = {agent:String} OR agent = {agent:String}
GROUP BY source, target
