-- Tasks that wait for an answer at a past time, in the orders of pending_now.sql, at most so many of each
-- queue, with the counts of all of them.
WITH waiting AS
(
    SELECT
        agent, message_id, topic, partition, offset, value_hash, state, event_time, behind, source,
        cause_message_id, conversation_id, trace_id, expires_at, claimed_at, last_sign_at,
        if({sort:String} = 'priority', indexOf(['critical', 'high', 'normal', 'low'], toString(priority)), 0) AS priority_rank,
        toUnixTimestamp64Nano(event_time) AS sent_ns,
        count() OVER (PARTITION BY agent) AS pending_tasks,
        sumMap(map(state, 1)) OVER (PARTITION BY agent) AS by_state,
        sumMap(map(toString(priority), 1)) OVER (PARTITION BY agent) AS by_priority
    FROM open_task_states_at(at = {at:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = {topics:Array(String)}, waits = {waits:Array(String)})
    WHERE ({agent:String} = '' OR agent = {agent:String})
        AND ({state:String} = '' OR state = {state:String})
        AND ({priority:String} = '' OR priority = {priority:String})
        AND ({source:String} = '' OR source = {source:String})
        AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    QUALIFY {after_id:String} = ''
        OR ({turn:Int8} * priority_rank, {turn:Int8} * sent_ns, message_id) > ({turn:Int8} * {after_value:Int64}, {turn:Int8} * {after_time:Int64}, {after_id:String})
    ORDER BY agent, {turn:Int8} * priority_rank, {turn:Int8} * sent_ns, message_id
    LIMIT {limit:UInt32} BY agent
)
SELECT waiting.*, toValidUTF8(m.body) AS body
FROM waiting
LEFT JOIN
(
    SELECT topic, partition, offset, value_hash, any(body) AS body
    FROM agent_messages
    WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN (
        SELECT toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash FROM waiting)
    GROUP BY topic, partition, offset, value_hash
) AS m ON m.topic = waiting.topic AND m.partition = waiting.partition
    AND m.offset = waiting.offset AND m.value_hash = waiting.value_hash
ORDER BY agent, {turn:Int8} * priority_rank, {turn:Int8} * sent_ns, message_id
