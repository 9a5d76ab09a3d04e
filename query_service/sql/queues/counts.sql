-- Messages (distinct ids) and deliveries (distinct records) by agent as counted by the observer:
-- whole days, and of the days, hours and five minutes in the arrays only what is not in the next.
SELECT
    agent,
    sumIf(messages, side = 'queue') AS total_messages,
    sumIf(deliveries, side = 'queue') AS all_deliveries,
    sumMapIf(map(toString(message_type), messages), side = 'queue') AS by_type,
    sumMapIf(map(toString(priority), messages), side = 'queue') AS by_priority,
    sumIf(messages, side = 'sender') AS sent,
    min(first_time) AS first_seen,
    max(last_time) AS last_seen
FROM queue_counts FINAL
WHERE bucket <= {at:DateTime64(9, 'UTC')} AND deliveries > 0
    AND (
        seconds = 86400 AND bucket NOT IN {days:Array(DateTime('UTC'))}
        OR seconds = 3600 AND toStartOfDay(bucket) IN {days:Array(DateTime('UTC'))} AND bucket NOT IN {hours:Array(DateTime('UTC'))}
        OR seconds = 300 AND toStartOfHour(bucket) IN {hours:Array(DateTime('UTC'))} AND bucket NOT IN {buckets:Array(DateTime('UTC'))})
    AND ({agent:String} = '' OR agent = {agent:String})
    AND ({message_type:String} = '' OR message_type = {message_type:String})
GROUP BY agent
