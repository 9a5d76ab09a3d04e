-- As pending_at.sql, when few tasks were answered later or touched since the observer looked: these by the places
-- of their records, without the view, which looks all of them up. Replaced or not, a sign of a task stays true.
WITH
    -- Who worked on a task; nobody by name where it does not matter, since a span of another agent says nothing.
    signs AS
    (
        SELECT message_hash, if(event_name = 'process', toString(agent), '')
        FROM open_signs
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
    ),
    signs_later AS
    (
        SELECT message_hash, if(event_name = 'process', replaceAll(lower(agent_name), ' ', '-'), '')
        FROM task_events
        PREWHERE message_hash IN {hashes:Array(UInt64)}
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
    )
SELECT
    agent, message_id, topic, partition, offset, value_hash, event_time, cause_message_id, source, trace_id, cityHash64(message_id) AS hash,
    toValidUTF8(body) AS body,
    multiIf(
        isNotNull(ttl_seconds) AND fromUnixTimestamp64Nano(sent_ns + toInt64(least(greatest(ttl_seconds, 0), 1e9) * 1e9), 'UTC') <= {at:DateTime64(9, 'UTC')}, 'expired',
        is_begun OR transform(concat(topic, '/', toString(partition)), {places:Array(String)}, {passed:Array(Int64)}, toInt64(0)) > offset, 'in_progress',
        transform(topic, {topics:Array(String)}, {waits:Array(String)}, 'unknown')) AS state,
    if((transform(concat(topic, '/', toString(partition)), {places:Array(String)}, {begins:Array(Int64)}, toInt64(-1)) AS begin) < 0,
        NULL, greatest(0, toInt64(offset) - begin)) AS behind,
    if({sort:String} = 'priority', indexOf(['critical', 'high', 'normal', 'low'], toString(priority)), 0) AS priority_rank,
    toUnixTimestamp64Nano(event_time) AS sent_ns,
    count() OVER (PARTITION BY agent) AS pending_tasks,
    sumMap(map(state, 1)) OVER (PARTITION BY agent) AS by_state,
    sumMap(map(toString(priority), 1)) OVER (PARTITION BY agent) AS by_priority
FROM
(
    SELECT
        agent, message_id, source, trace_id, priority, cause_message_id, ttl_seconds, topic, partition, offset, value_hash, event_time, body,
        (cityHash64(message_id), '') IN signs OR (cityHash64(message_id), toString(agent)) IN signs AS is_begun
    FROM open_tasks FINAL
    WHERE is_deleted = 0 AND event_time <= {at:DateTime64(9, 'UTC')} AND cityHash64(message_id) NOT IN {left_out:Array(UInt64)}
    UNION ALL
    SELECT
        agent, message_id, source, trace_id, priority, cause_message_id, ttl_seconds, topic, partition, offset, value_hash, event_time, body,
        (cityHash64(message_id), '') IN signs_later OR (cityHash64(message_id), toString(agent)) IN signs_later
    FROM agent_messages
    WHERE toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))} AND topic IN {queues:Array(String)}
        AND cityHash64(topic, partition, offset, value_hash) IN {records:Array(UInt64)}
    LIMIT 1 BY topic, partition, offset, value_hash
)
WHERE ({agent:String} = '' OR agent = {agent:String})
    AND ({state:String} = '' OR state = {state:String})
    AND ({priority:String} = '' OR priority = {priority:String})
    AND ({source:String} = '' OR source = {source:String})
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
QUALIFY {after_id:String} = ''
    OR ({turn:Int8} * priority_rank, {turn:Int8} * sent_ns, message_id) > ({turn:Int8} * {after_value:Int64}, {turn:Int8} * {after_time:Int64}, {after_id:String})
ORDER BY agent, {turn:Int8} * priority_rank, {turn:Int8} * sent_ns, message_id
LIMIT {limit:UInt32} BY agent
