-- Tasks sent to each queue from rate_since on, and tasks of it answered since, as worked out by the
-- observer: without the five minutes and the tasks that something came for since its last run.
SELECT agent, sum(tasks) AS arrived, sum(answers) AS completed
FROM
(
    SELECT agent, messages AS tasks, 0 AS answers
    FROM queue_counts FINAL
    WHERE seconds = 300 AND bucket >= {rate_since:DateTime64(9, 'UTC')} AND bucket <= {at:DateTime64(9, 'UTC')}
        AND bucket NOT IN {buckets:Array(DateTime('UTC'))}
        AND side = 'queue' AND message_type = 'task'
    UNION ALL
    SELECT agent, 0, 1
    FROM answered_tasks FINAL
    WHERE outcome != 'superseded' AND answered_at >= {rate_since:DateTime64(9, 'UTC')} AND answered_at <= {at:DateTime64(9, 'UTC')}
        AND message_hash NOT IN (
            SELECT cityHash64(if(type = 'task', id, parent_id))
            FROM arrivals
            WHERE kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')})
)
WHERE {agent:String} = '' OR agent = {agent:String}
GROUP BY agent
