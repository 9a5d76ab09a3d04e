-- Tasks of each queue answered from rate_since on, of those that something came for lately.
WITH lately AS
(
    SELECT cityHash64(if(type = 'task', id, parent_id))
    FROM arrivals
    WHERE NOT {whole:Bool} AND kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')}
)
SELECT agent, count() AS completed
FROM
(
    SELECT id_hash, argMin(agent, (event_time, offset, place)) AS agent
    FROM message_index
    PREWHERE {whole:Bool} OR id_hash IN lately
    WHERE message_type = 'task'
    GROUP BY id_hash
) AS sent
INNER JOIN
(
    SELECT parent_hash, min(event_time) AS answered_at
    FROM task_answers
    WHERE {whole:Bool} OR parent_hash IN lately
    GROUP BY parent_hash
    HAVING argMin(message_type, (event_time, message_id, value_hash)) != 'redrive' AND answered_at >= {rate_since:DateTime64(9, 'UTC')} AND answered_at <= {at:DateTime64(9, 'UTC')}
) AS answered ON answered.parent_hash = sent.id_hash
WHERE {agent:String} = '' OR agent = {agent:String}
GROUP BY agent
