-- Who waits for whom: an agent has a task without an answer, and has sent one on without an answer: because of it, or
-- in the same trace (because of the answer to another one that it sent). Not who waits for an answer now and then: one
-- in ten of its open tasks does.
WITH open AS MATERIALIZED
(
    SELECT cityHash64(message_id) AS id, cityHash64(cause_message_id) AS cause, cityHash64(trace_id) AS trace, toString(agent) AS agent, toString(source) AS source
    FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
)
SELECT waiter, awaited
FROM
(
    SELECT w.agent AS waiter, s.agent AS awaited, uniq(w.id) AS tasks
    FROM (SELECT DISTINCT source, agent, arrayJoin([cause, trace]) AS of FROM open WHERE source != agent) AS s
    INNER JOIN (SELECT id, agent, arrayJoin([id, trace]) AS of FROM open) AS w ON w.agent = s.source AND w.of = s.of
    WHERE s.of != cityHash64('')
    GROUP BY waiter, awaited
) AS waits
INNER JOIN (SELECT agent, count() AS tasks FROM open GROUP BY agent) AS all ON all.agent = waits.waiter
WHERE 10 * waits.tasks >= all.tasks
ORDER BY waiter, awaited
LIMIT {most:UInt32}
