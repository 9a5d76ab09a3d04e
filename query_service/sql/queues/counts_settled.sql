-- As counts.sql, and the tasks sent from rate_since on, when the observer has counted everything.
SELECT
    agent,
    sumIf(messages, seconds = 86400 AND side = 'queue') AS total_messages,
    sumIf(deliveries, seconds = 86400 AND side = 'queue') AS all_deliveries,
    sumMapIf(map(toString(message_type), messages), seconds = 86400 AND side = 'queue') AS by_type,
    sumMapIf(map(toString(priority), messages), seconds = 86400 AND side = 'queue') AS by_priority,
    max(last_time) AS last_seen,
    sumIf(messages, seconds = 300 AND side = 'queue' AND message_type = 'task') AS arrived
FROM queue_counts FINAL
WHERE deliveries > 0
    AND (
        seconds = 86400 AND ({message_type:String} = '' OR message_type = {message_type:String})
        OR seconds = 300 AND bucket >= {rate_since:DateTime64(9, 'UTC')})
    AND ({agent:String} = '' OR agent = {agent:String})
GROUP BY agent
