-- Tasks that wait for an answer, when the observer has looked at all of them, by agent: counts, and the oldest 50 as JSON.
SELECT
    agent,
    count() AS pending_tasks,
    sumMap(map(state, 1)) AS by_state,
    sumMap(map(toString(priority), 1)) AS by_priority,
    min(event_time) AS oldest,
    arrayStringConcat(arrayMap(t -> t.3, groupArraySorted(50)((event_time, message_id, text))), ', ') AS pending,
    least(50, count()) AS shown
FROM
(
    SELECT
        agent, message_id, state, priority, event_time,
        toUnixTimestamp64Nano({now:DateTime64(9, 'UTC')}) - toUnixTimestamp64Nano(event_time) AS waited,
        concat(
            '{"message_id": ', toJSONString(message_id),
            ', "state": "', state,
            '", "waiting_seconds": ', if(waited < 0, 'null, "clock_skew": true', toString(round(waited / 1e9, 6))),
            ', "messages_before": ', ifNull(toString(behind), 'null'),
            listed) AS text
    FROM open_tasks_settled(now = {now:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = {topics:Array(String)}, waits = {waits:Array(String)})
)
GROUP BY agent
