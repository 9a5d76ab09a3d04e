-- The first 50 tasks of each agent that wait for an answer; `known` as in pending_totals.sql.
SELECT
    agent, toJSONString(message_id) AS quoted_id, partition, offset, listed,
    toUnixTimestamp64Nano(event_time) AS sent_ns,
    multiIf(
        isNotNull(ttl_seconds) AND fromUnixTimestamp64Nano(sent_ns + toInt64(least(greatest(ttl_seconds, 0), 1e9) * 1e9), 'UTC') <= {now:DateTime64(9, 'UTC')}, 'expired',
        cityHash64(message_id) IN {begun:Array(UInt64)} OR (cityHash64(message_id), agent) IN (
            SELECT message_hash, agent FROM open_signs WHERE is_deleted = 0 AND event_name = 'process' AND agent != '')
        OR cityHash64(message_id) IN (
            SELECT message_hash FROM open_signs WHERE is_deleted = 0 AND (event_name != 'process' OR agent = '')), 'in_progress',
        '') AS known
FROM open_tasks FINAL
WHERE is_deleted = 0 AND cityHash64(message_id) NOT IN {left_out:Array(UInt64)}
ORDER BY event_time, message_id
LIMIT 50 BY agent
