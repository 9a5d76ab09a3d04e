-- Tasks of one queue that wait for an answer, when the observer has looked at all of them, oldest first, with the counts of all of them.
SELECT
    agent, message_id, source, state, event_time, behind, cause_message_id, conversation_id, trace_id,
    expires_at, claimed_at, last_sign_at, toValidUTF8(body) AS body,
    count() OVER () AS pending_tasks,
    sumMap(map(state, 1)) OVER () AS by_state,
    sumMap(map(toString(priority), 1)) OVER () AS by_priority
FROM open_tasks_settled(now = {now:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = {topics:Array(String)}, waits = {waits:Array(String)})
WHERE agent = {agent:String}
ORDER BY event_time, message_id
LIMIT {limit:UInt32}
