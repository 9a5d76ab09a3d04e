-- Tasks without an answer now by agent.
SELECT agent, count() AS pending
FROM open_task_states(now = {now:DateTime64(9, 'UTC')}, read = [])
GROUP BY agent
