-- Tasks that wait for an answer at a past time, in the orders of pending_now.sql, at most so many of each
-- queue, with the counts of all of them. The body is empty when it has to be looked up (bodies.sql).
SELECT
    agent, message_id, topic, partition, offset, value_hash, state, event_time, behind, cause_message_id, source, trace_id, cityHash64(message_id) AS hash,
    toValidUTF8(body) AS body,
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
