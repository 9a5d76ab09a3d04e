-- Of some tasks those without an answer now.
SELECT message_id, agent, cause_message_id
FROM open_task_states(now = {now:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = {topics:Array(String)}, waits = {waits:Array(String)})
WHERE message_id IN {ids:Array(String)}
