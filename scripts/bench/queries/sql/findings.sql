-- 10,000 episodes of findings, one each half minute up to a time, of which the latest 200 are open. Once: by their identity.
INSERT INTO findings (finding_id, opened_at, kind, subject, checked_at, resolved_at, misses, severity, worst_severity, severity_times, severities,
    confidence, title, agents, first_seen, last_seen, task_ids, tasks, figures, facts, suggested_actions, run)
WITH
    {at:DateTime64(6, 'UTC')} AS at,
    at - toIntervalSecond(30 * number) AS began,
    concat('agent-', toString(number % 50)) AS agent
SELECT
    left(lower(hex(MD5(toString(number % 500)))), 12), began, ['stuck_task', 'lost_handoff', 'error_burst'][number % 3 + 1], agent,
    least(at, began + INTERVAL 10 MINUTE), if(number < 200, NULL, began + INTERVAL 10 MINUTE), 0, 'high', 'high', [began], ['high'],
    0.9, concat(agent, ' has been at a task for 120 s'), [agent, 'agent-0'], began, began, [toString(generateUUIDv4())], 1,
    map('working_seconds', 120.), map('topic', concat('agent-queue-', agent)), ['Look what it waits for'], 1
FROM numbers(10000)
WHERE (SELECT count() FROM findings) = 0
