-- The same as pending_now.sql, when few tasks came since the observer looked at them: which of these are
-- answered, and begun, is bound. Without the view, which takes longer to plan. Replaced or not, a sign of a
-- task stays true.
SELECT
    agent, message_id, topic, partition, offset, value_hash, event_time, cause_message_id,
    multiIf(
        isNotNull(ttl_seconds) AND fromUnixTimestamp64Nano(sent_ns + toInt64(least(greatest(ttl_seconds, 0), 1e9) * 1e9), 'UTC') <= {now:DateTime64(9, 'UTC')}, 'expired',
        cityHash64(message_id) IN {begun:Array(UInt64)} OR cityHash64(message_id) IN (
            SELECT message_hash
            FROM open_signs
            WHERE is_deleted = 0 AND (event_name != 'process' OR agent IN ('', {agent:String}))), 'in_progress',
        transform(concat(topic, '/', toString(partition)), {places:Array(String)}, {passed:Array(Int64)}, toInt64(0)) > offset, 'in_progress',
        transform(topic, {topics:Array(String)}, {waits:Array(String)}, 'unknown')) AS state,
    if((transform(concat(topic, '/', toString(partition)), {places:Array(String)}, {begins:Array(Int64)}, toInt64(-1)) AS begin) < 0,
        NULL, greatest(0, toInt64(offset) - begin)) AS behind,
    if({sort:String} = 'priority', indexOf(['critical', 'high', 'normal', 'low'], toString(priority)), 0) AS priority_rank,
    toUnixTimestamp64Nano(event_time) AS sent_ns,
    count() OVER () AS pending_tasks,
    sumMap(map(state, 1)) OVER () AS by_state,
    sumMap(map(toString(priority), 1)) OVER () AS by_priority
FROM open_tasks FINAL
WHERE is_deleted = 0 AND agent = {agent:String} AND cityHash64(message_id) NOT IN {left_out:Array(UInt64)}
    AND ({state:String} = '' OR state = {state:String})
    AND ({priority:String} = '' OR priority = {priority:String})
    AND ({source:String} = '' OR source = {source:String})
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
QUALIFY {after_id:String} = ''
    OR ({turn:Int8} * priority_rank, {turn:Int8} * sent_ns, message_id) > ({turn:Int8} * {after_value:Int64}, {turn:Int8} * {after_time:Int64}, {after_id:String})
ORDER BY {turn:Int8} * priority_rank, {turn:Int8} * sent_ns, message_id
LIMIT {limit:UInt32}
