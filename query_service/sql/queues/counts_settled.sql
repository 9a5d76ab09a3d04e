-- As counts.sql of all times, and the tasks sent from rate_since on, when the observer has counted everything.
SELECT
    agent,
    sumIf(messages, seconds = 0 AND side = 'queue') AS total_messages,
    sumIf(deliveries, seconds = 0 AND side = 'queue') AS all_deliveries,
    sumMapIf(map(toString(message_type), messages), seconds = 0 AND side = 'queue') AS by_type,
    sumMapIf(map(toString(priority), messages), seconds = 0 AND side = 'queue') AS by_priority,
    maxIf(last_time, seconds = 0) AS last_seen,
    sumIf(messages, seconds = 300) AS arrived
FROM queue_counts FINAL
PREWHERE ({agent:String} = '' OR agent = {agent:String})
    AND (
        seconds = 0 AND ({message_type:String} = '' OR message_type = {message_type:String})
        OR seconds = 300 AND bucket >= {rate_since:DateTime64(9, 'UTC')} AND side = 'queue' AND message_type = 'task')
WHERE deliveries > 0
GROUP BY agent
