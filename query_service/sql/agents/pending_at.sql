-- Tasks without an answer at a past time by agent.
SELECT agent, count() AS pending
FROM open_task_states_at(at = {at:DateTime64(9, 'UTC')}, read = [])
GROUP BY agent
