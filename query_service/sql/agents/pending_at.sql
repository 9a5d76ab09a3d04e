-- Tasks without an answer at a past time by agent.
SELECT agent, count() AS pending
FROM open_task_states_at(at = {at:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = {topics:Array(String)}, waits = {waits:Array(String)})
GROUP BY agent
