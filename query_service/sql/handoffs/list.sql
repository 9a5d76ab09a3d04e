-- Handoffs by their messages: the version that counts, and what became of the task.
SELECT
    h.message_id AS message_id,
    h.current.1 AS event_time,
    toUnixTimestamp64Nano(h.current.1) AS key_time,
    toValidUTF8(h.current.2) AS handoff_record,
    h.current.3 AS handoff_id,
    h.current.4 AS trace_id,
    h.current.5 AS source_agent_id,
    h.current.6 AS source_agent_name,
    h.current.7 AS target_agent_id,
    h.current.8 AS target_agent_name,
    h.current.9 AS reason,
    h.current.10 AS context,
    toString(h.version) AS version,
    t.topic AS topic,
    t.partition AS partition,
    t.offset AS offset,
    t.priority AS priority,
    t.agent AS agent,
    t.sent_at AS sent_at,
    t.ttl_seconds AS ttl_seconds,
    a.answers AS answers,
    a.first.1 AS answer_type,
    a.first.2 AS answered_at,
    a.first.3 AS answered_by,
    a.first.4 AS answer_message_id,
    s.seen AS signs
FROM
(
    SELECT
        message_id,
        argMax((event_time, record, handoff_id, trace_id, source_agent_id, toString(source_agent_name),
            target_agent_id, toString(target_agent_name), reason, context), told.version) AS current,
        max(told.version) AS version
    FROM
    (
        SELECT
            message_id, event_time, record, handoff_id, trace_id, source_agent_id, source_agent_name,
            target_agent_id, target_agent_name, reason, context, version
        FROM handoffs
        WHERE message_id IN {ids:Array(String)} AND record != ''
        UNION ALL
        SELECT
            message_id, event_time, record, handoff_id, trace_id, source_agent_id, source_agent_name,
            target_agent_id, target_agent_name, reason, context, version
        FROM task_handoffs
        WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN (
            SELECT toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash
            FROM message_index
            WHERE id_hash IN (SELECT arrayJoin(arrayMap(i -> cityHash64(i), {ids:Array(String)}))) AND message_type = 'task')
    ) AS told
    WHERE message_id IN {ids:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY message_id
) AS h
LEFT JOIN
(
    SELECT message_id, topic, partition, offset, toString(priority) AS priority, toString(agent) AS agent, event_time AS sent_at, ttl_seconds
    FROM tasks
    WHERE message_id IN {ids:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')}
    ORDER BY version DESC
    LIMIT 1 BY message_id
) AS t ON t.message_id = h.message_id
LEFT JOIN
(
    SELECT
        parent_message_id,
        argMin((toString(message_type), event_time, toString(source), message_id), (event_time, message_id, value_hash)) AS first,
        uniqExact(message_id) AS answers
    FROM task_answers
    WHERE parent_hash IN (SELECT arrayJoin(arrayMap(i -> cityHash64(i), {ids:Array(String)}))) AND event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY parent_message_id
) AS a ON a.parent_message_id = h.message_id
LEFT JOIN
(
    SELECT message_id, groupArray((event_time, toString(event_name), replaceAll(lower(agent_name), ' ', '-'))) AS seen
    FROM task_events
    WHERE message_hash IN (SELECT arrayJoin(arrayMap(i -> cityHash64(i), {ids:Array(String)}))) AND event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY message_id
) AS s ON s.message_id = h.message_id
ORDER BY event_time DESC, message_id DESC
