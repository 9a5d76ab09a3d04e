-- Tasks of each queue answered from rate_since on, when the observer has worked out everything.
SELECT agent, count() AS completed
FROM answered_tasks FINAL
WHERE outcome != 'superseded' AND answered_at >= {rate_since:DateTime64(9, 'UTC')} AND ({agent:String} = '' OR agent = {agent:String})
GROUP BY agent
