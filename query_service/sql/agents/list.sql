-- Every agent that anything is known of. Parts of an agent (`A:Planning`) are that agent.
WITH
    named AS
    (
        SELECT source AS agent, source_agent AS name, event_time AS time FROM agent_messages
        WHERE event_time <= {at:DateTime64(9, 'UTC')} AND source != ''
        UNION ALL
        SELECT agent, if(replaceAll(lower(target_agent), ' ', '-') = agent, target_agent, ''), event_time FROM agent_messages
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent, splitByChar(':', agent_name)[1], event_time FROM spans
        WHERE event_time <= {at:DateTime64(9, 'UTC')} AND agent_name != ''
        UNION ALL
        SELECT replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent, splitByChar(':', agent_name)[1], event_time FROM events
        WHERE event_time <= {at:DateTime64(9, 'UTC')} AND agent_name != ''
        UNION ALL
        SELECT replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent, splitByChar(':', agent_name)[1], event_time FROM error_reports
        WHERE event_time <= {at:DateTime64(9, 'UTC')} AND agent_name != ''
        UNION ALL
        SELECT substring(topic, 13) AS agent, '', NULL FROM kafka_offsets
        WHERE observed_at <= {at:DateTime64(9, 'UTC')} AND startsWith(topic, 'agent-queue-')
            AND metric = 'kafka.partition.current_offset'
    ),
    agents AS
    (
        SELECT agent, argMaxIf(name, (time, name), name != '') AS name, min(time) AS first_seen, max(time) AS last_seen
        FROM named
        GROUP BY agent
    ),
    sent AS
    (
        SELECT source AS agent, uniqExact(message_id) AS messages FROM agent_messages
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
        GROUP BY source
    ),
    received AS
    (
        SELECT agent, uniqExact(message_id) AS messages FROM agent_messages
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
        GROUP BY agent
    ),
    queues AS
    (
        SELECT DISTINCT substring(topic, 13) AS agent FROM kafka_offsets
        WHERE observed_at <= {at:DateTime64(9, 'UTC')} AND startsWith(topic, 'agent-queue-')
            AND metric = 'kafka.partition.current_offset'
        UNION DISTINCT
        SELECT agent FROM received
    ),
    pending AS
    (
        SELECT agent, count() AS tasks
        FROM task_states(at = {at:DateTime64(9, 'UTC')}, now = {now:DateTime64(9, 'UTC')}, open_only = {open_only:Bool})
        WHERE pending
        GROUP BY agent
    ),
    worked AS
    (
        SELECT
            replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent,
            count() AS spans,
            arraySort(groupUniqArrayIf(model, model != '')) AS models
        FROM spans
        WHERE event_time <= {at:DateTime64(9, 'UTC')} AND agent_name != ''
        GROUP BY agent
    ),
    failed AS
    (
        SELECT agent, count() AS errors
        FROM
        (
            SELECT argMin(replaceAll(lower(splitByChar(':', r.agent_name)[1]), ' ', '-'), (r.event_time, r.error_id)) AS agent
            FROM error_reports AS r FINAL
            INNER JOIN error_failures(at = {at:DateTime64(9, 'UTC')}) AS f ON f.error_id = r.error_id
            GROUP BY f.failure_id
        )
        GROUP BY agent
    )
SELECT
    a.agent AS agent,
    a.name AS name,
    a.first_seen AS first_seen,
    a.last_seen AS last_seen,
    queues.agent != '' AS has_queue,
    sent.messages AS messages_sent,
    received.messages AS messages_received,
    pending.tasks AS pending_tasks,
    worked.spans AS spans,
    failed.errors AS errors,
    worked.models AS models
FROM agents AS a
LEFT JOIN queues ON queues.agent = a.agent
LEFT JOIN sent ON sent.agent = a.agent
LEFT JOIN received ON received.agent = a.agent
LEFT JOIN pending ON pending.agent = a.agent
LEFT JOIN worked ON worked.agent = a.agent
LEFT JOIN failed ON failed.agent = a.agent
WHERE a.agent != ''
ORDER BY agent
