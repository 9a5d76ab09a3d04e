-- Tasks without an answer, when the observer has looked at all of them, that were sent in a window, by sender and receiver.
SELECT source, agent AS target, sumMap(map(state, 1)) AS by_state
FROM open_tasks_settled(now = {now:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = {topics:Array(String)}, waits = {waits:Array(String)})
WHERE event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND ({agent:String} = '' OR source = {agent:String} OR agent = {agent:String})
GROUP BY source, target
