-- As open_now.sql, of tasks that were sent up to a time. Of tasks that came since the observer looked it is bound
-- which are answered, or asked for by answered_later.sql, and which are begun.
-- Replaced or not, a sign of a task stays true; a span of another agent says nothing: its hash is another one.
WITH worked_on AS
(
    SELECT if(event_name = 'process' AND agent != '', cityHash64(message_hash, agent), message_hash)
    FROM open_signs
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
)
SELECT
    source, target,
    countIf(has_expired) AS expired,
    countIf(NOT has_expired AND is_begun) AS in_progress,
    groupArrayIf(partition, NOT has_expired AND NOT is_begun) AS partitions,
    groupArrayIf(offset, NOT has_expired AND NOT is_begun) AS offsets
FROM
(
    SELECT
        source, agent AS target, partition, offset,
        isNotNull(ttl_seconds) AND toUnixTimestamp64Nano(event_time) + toInt64(least(greatest(ttl_seconds, 0), 1e9) * 1e9) <= toUnixTimestamp64Nano({now:DateTime64(9, 'UTC')}) AS has_expired,
        (cityHash64(message_id) AS hash) IN {begun:Array(UInt64)} OR hash IN worked_on OR cityHash64(hash, agent) IN worked_on AS is_begun
    FROM open_tasks FINAL
    WHERE is_deleted = 0 AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND event_time <= {at:DateTime64(9, 'UTC')} AND cityHash64(message_id) NOT IN {left_out:Array(UInt64)}
        AND ({agent:String} = '' OR source = {agent:String} OR agent = {agent:String})
)
GROUP BY source, target
