-- Tasks that wait for an answer by agent: how many, how many are in a state that Kafka does not decide, and
-- the places of the others. Of tasks that came since the observer looked it is bound which are answered, and begun.
SELECT
    agent,
    count() AS pending_tasks,
    countIf(known = 'expired') AS expired,
    countIf(known = 'in_progress') AS in_progress,
    sumMap(map(toString(priority), 1)) AS by_priority,
    min(event_time) AS oldest,
    groupArrayIf(partition, known = '') AS partitions,
    groupArrayIf(offset, known = '') AS offsets
FROM
(
    SELECT
        agent, priority, event_time, partition, offset,
        multiIf(
            isNotNull(ttl_seconds) AND fromUnixTimestamp64Nano(toUnixTimestamp64Nano(event_time) + toInt64(least(greatest(ttl_seconds, 0), 1e9) * 1e9), 'UTC') <= {now:DateTime64(9, 'UTC')}, 'expired',
            cityHash64(message_id) IN {begun:Array(UInt64)} OR (cityHash64(message_id), agent) IN (
                SELECT message_hash, agent FROM open_signs WHERE is_deleted = 0 AND event_name = 'process' AND agent != '')
            OR cityHash64(message_id) IN (
                SELECT message_hash FROM open_signs WHERE is_deleted = 0 AND (event_name != 'process' OR agent = '')), 'in_progress',
            '') AS known
    FROM open_tasks FINAL
    WHERE is_deleted = 0 AND cityHash64(message_id) NOT IN {left_out:Array(UInt64)}
)
GROUP BY agent
