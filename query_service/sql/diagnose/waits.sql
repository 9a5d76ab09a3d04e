-- Who waits for whom: tasks that were sent while another was worked on, both without an answer. Not who waits for an
-- answer now and then: one in ten of its open tasks does.
WITH open AS MATERIALIZED
(
    SELECT message_id, cause_message_id, toString(agent) AS agent
    FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
)
SELECT waiter, awaited
FROM
(
    SELECT w.agent AS waiter, s.agent AS awaited, uniq(w.message_id) AS tasks
    FROM open AS s
    INNER JOIN open AS w ON w.message_id = s.cause_message_id
    WHERE s.cause_message_id != '' AND s.agent != w.agent
    GROUP BY waiter, awaited
) AS waits
INNER JOIN (SELECT agent, count() AS tasks FROM open GROUP BY agent) AS all ON all.agent = waits.waiter
WHERE 10 * waits.tasks >= all.tasks
ORDER BY waiter, awaited
LIMIT {most:UInt32}
