-- Tasks without an answer now that were sent in a window, by sender and receiver: those that wait,
-- whoever reads their queue, are `unknown`.
SELECT source, agent AS target, countIf(state = 'expired') AS expired, countIf(state = 'in_progress') AS in_progress, countIf(state = 'unknown') AS unknown
FROM open_task_states(now = {now:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = [], waits = [])
WHERE event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND ({agent:String} = '' OR source = {agent:String} OR agent = {agent:String})
GROUP BY source, target
