-- Of some tasks those without an answer at a past time.
SELECT message_id, agent, cause_message_id
FROM open_task_states_at(at = {at:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = {topics:Array(String)}, waits = {waits:Array(String)})
WHERE message_id IN {ids:Array(String)}
