-- Tasks that wait for an answer now, oldest first, at most so many of each queue.
SELECT
    agent,
    message_id,
    toValidUTF8(body) AS body,
    state,
    event_time,
    count() OVER (PARTITION BY agent) AS pending_tasks
FROM task_states(at = {at:DateTime64(9, 'UTC')}, now = {now:DateTime64(9, 'UTC')}, open_only = true)
WHERE pending AND ({agent:String} = '' OR agent = {agent:String})
ORDER BY agent, event_time, message_id
LIMIT {limit:UInt32} BY agent
