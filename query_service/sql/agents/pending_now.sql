-- Tasks without an answer now by agent.
SELECT agent, count() AS pending
FROM open_task_states(now = {now:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = {topics:Array(String)}, waits = {waits:Array(String)})
GROUP BY agent
