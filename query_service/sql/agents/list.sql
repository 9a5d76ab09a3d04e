-- Every agent that anything is known of. Parts of an agent (`A:Planning`) are that agent.
-- Each source gives what it knows by agent; only aggregates that a redelivery does not change.
SELECT
    agent,
    argMaxIf(found.name, (found.last_seen, found.name), found.name != '') AS name,
    min(found.first_seen) AS first_seen,
    max(found.last_seen) AS last_seen,
    max(found.has_queue) AS has_queue,
    sum(found.sent) AS messages_sent,
    sum(found.received) AS messages_received,
    sum(found.pending) AS pending_tasks,
    sum(found.spans) AS spans,
    sum(found.errors) AS errors,
    arraySort(groupUniqArrayArray(found.models)) AS models
FROM
(
    SELECT
        source AS agent, max(source_agent) AS name,
        toNullable(min(event_time)) AS first_seen, toNullable(max(event_time)) AS last_seen,
        false AS has_queue, uniqExact(sipHash64(message_id)) AS sent, 0 AS received, 0 AS pending,
        0 AS spans, 0 AS errors, []::Array(String) AS models
    FROM agent_messages
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY agent
    UNION ALL
    SELECT
        agent, maxIf(target_agent, replaceAll(lower(target_agent), ' ', '-') = agent),
        min(event_time), max(event_time), true, 0, uniqExact(sipHash64(message_id)), 0, 0, 0, []
    FROM agent_messages
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY agent
    UNION ALL
    SELECT agent, '', NULL, NULL, true, 0, 0, count(), 0, 0, []
    FROM task_states(at = {at:DateTime64(9, 'UTC')}, now = {now:DateTime64(9, 'UTC')}, open_only = {open_only:Bool})
    WHERE pending
    GROUP BY agent
    UNION ALL
    SELECT
        replaceAll(lower(splitByChar(':', AgentName)[1]), ' ', '-') AS agent, max(splitByChar(':', AgentName)[1]),
        min(EventTime), max(EventTime), false, 0, 0, 0,
        uniqExact(sipHash64(TraceId, SpanId)), 0, groupUniqArrayIf(toString(Model), Model != '')
    FROM otel_traces
    WHERE EventTime <= {at:DateTime64(9, 'UTC')}
    GROUP BY agent
    UNION ALL
    SELECT
        replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent, max(splitByChar(':', agent_name)[1]),
        min(event_time), max(event_time), false, 0, 0, 0, 0, 0, []
    FROM events
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY agent
    UNION ALL
    SELECT
        replaceAll(lower(splitByChar(':', first.2)[1]), ' ', '-') AS agent, max(splitByChar(':', first.2)[1]),
        min(first.1), max(first.1), false, 0, 0, 0, 0, count(), []
    FROM
    (
        SELECT argMin((r.event_time, r.agent_name), (r.event_time, r.error_id)) AS first
        FROM error_reports AS r FINAL
        INNER JOIN error_failures(at = {at:DateTime64(9, 'UTC')}) AS f ON f.error_id = r.error_id
        GROUP BY f.failure_id
    )
    GROUP BY agent
    UNION ALL
    SELECT DISTINCT substring(topic, 13) AS agent, '', NULL, NULL, true, 0, 0, 0, 0, 0, []
    FROM kafka_offsets
    WHERE observed_at <= {at:DateTime64(9, 'UTC')} AND startsWith(topic, 'agent-queue-')
        AND metric = 'kafka.partition.current_offset'
) AS found
WHERE agent != ''
GROUP BY agent
ORDER BY agent
