-- As open_settled.sql, some tasks that had no answer at a time, but have left open_tasks.
WITH signs AS
(
    SELECT message_hash, event_name, replaceAll(lower(agent_name), ' ', '-') AS agent
    FROM task_events
    WHERE message_hash IN {hashes:Array(UInt64)} AND event_time <= {at:DateTime64(9, 'UTC')}
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
        cityHash64(message_id) IN (SELECT message_hash FROM signs WHERE event_name != 'process' OR agent = '')
            OR (cityHash64(message_id), agent) IN (SELECT message_hash, agent FROM signs) AS is_begun
    FROM agent_messages
    WHERE toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))} AND topic IN {queues:Array(String)}
        AND cityHash64(topic, partition, offset, value_hash) IN {records:Array(UInt64)}
        AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
        AND ({agent:String} = '' OR source = {agent:String} OR agent = {agent:String})
    LIMIT 1 BY topic, partition, offset, value_hash
)
GROUP BY source, target
