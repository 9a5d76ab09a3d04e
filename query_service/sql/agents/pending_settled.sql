-- Tasks without an answer by agent, when the observer has looked at all of them.
SELECT agent, count() AS pending
FROM open_tasks FINAL
WHERE is_deleted = 0
GROUP BY agent
