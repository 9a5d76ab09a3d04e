-- Versions of handoffs, newest first, after a row; is_current: this one counts. What became of the
-- task stands beside.
WITH
    candidates AS
    (
        SELECT event_time, message_id, is_record
        FROM handoff_times
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
            AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
            AND event_time <= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
            AND (event_time, message_id) < (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
            AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
            AND ({agent:String} = '' OR source = {agent:String} OR target = {agent:String})
            AND ({source:String} = '' OR source = {source:String})
            AND ({target:String} = '' OR target = {target:String})
            AND ({priority:String} = '' OR priority = {priority:String})
        ORDER BY toStartOfFiveMinutes(event_time) DESC, event_time DESC, message_id DESC
        LIMIT 1 BY event_time, message_id, is_record
        LIMIT {limit:UInt32}
    ),
    hashes AS (SELECT cityHash64(message_id) FROM candidates)
SELECT
    c.message_id AS message_id,
    c.event_time AS event_time,
    toUnixTimestamp64Nano(c.event_time) AS key_time,
    h.current.1 = c.event_time AND (h.current.2 != '') = c.is_record AS is_current,
    toValidUTF8(h.current.2) AS handoff_record,
    h.current.3 AS handoff_id,
    h.current.4 AS trace_id,
    h.current.5 AS source_agent_id,
    h.current.6 AS source_agent_name,
    h.current.7 AS target_agent_id,
    h.current.8 AS target_agent_name,
    h.current.9 AS reason,
    h.current.10 AS context,
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
FROM candidates AS c
LEFT JOIN
(
    SELECT
        message_id,
        argMax((event_time, record, handoff_id, trace_id, source_agent_id, toString(source_agent_name),
            target_agent_id, toString(target_agent_name), reason, context), version) AS current
    FROM handoffs
    WHERE message_id IN (SELECT message_id FROM candidates) AND event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY message_id
) AS h ON h.message_id = c.message_id
LEFT JOIN
(
    SELECT message_id, topic, partition, offset, toString(priority) AS priority, toString(agent) AS agent, event_time AS sent_at, ttl_seconds
    FROM tasks FINAL
    WHERE message_id IN (SELECT message_id FROM candidates) AND event_time <= {at:DateTime64(9, 'UTC')}
) AS t ON t.message_id = c.message_id
LEFT JOIN
(
    SELECT
        parent_message_id,
        argMin((toString(message_type), event_time, toString(source), message_id), (event_time, message_id, value_hash)) AS first,
        uniqExact(message_id) AS answers
    FROM task_answers
    WHERE parent_hash IN hashes AND event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY parent_message_id
) AS a ON a.parent_message_id = c.message_id
LEFT JOIN
(
    SELECT message_id, groupArray((event_time, toString(event_name), replaceAll(lower(agent_name), ' ', '-'))) AS seen
    FROM task_events
    WHERE message_hash IN hashes AND event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY message_id
) AS s ON s.message_id = c.message_id
ORDER BY event_time DESC, message_id DESC
