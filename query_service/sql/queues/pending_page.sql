-- As pending_settled.sql, in any state: `known` is the state that Kafka does not decide.
SELECT
    agent, message_id, topic, partition, offset, value_hash, event_time, cause_message_id,
    toUnixTimestamp64Nano(event_time) AS sent_ns,
    multiIf(
        isNotNull(ttl_seconds) AND fromUnixTimestamp64Nano(sent_ns + toInt64(least(greatest(ttl_seconds, 0), 1e9) * 1e9), 'UTC') <= {now:DateTime64(9, 'UTC')}, 'expired',
        cityHash64(message_id) IN (
            SELECT message_hash
            FROM open_signs
            WHERE is_deleted = 0 AND (event_name != 'process' OR agent IN ('', {agent:String}))), 'in_progress',
        '') AS known,
    if({sort:String} = 'priority', indexOf(['critical', 'high', 'normal', 'low'], toString(priority)), 0) AS priority_rank,
    count() OVER () AS pending_tasks
FROM open_tasks FINAL
WHERE is_deleted = 0 AND agent = {agent:String}
    AND ({priority:String} = '' OR priority = {priority:String})
    AND ({source:String} = '' OR source = {source:String})
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
QUALIFY {after_id:String} = ''
    OR ({turn:Int8} * priority_rank, {turn:Int8} * sent_ns, message_id) > ({turn:Int8} * {after_value:Int64}, {turn:Int8} * {after_time:Int64}, {after_id:String})
ORDER BY {turn:Int8} * priority_rank, {turn:Int8} * sent_ns, message_id
LIMIT {limit:UInt32}
