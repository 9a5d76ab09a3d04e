-- Values for parameters of paths, by name, as of a time: the busiest agent, and a failed task with its trace.
WITH
    (
        SELECT (error_id, trace_id, span_id, lower(hex(group_id)))
        FROM error_reports FINAL
        WHERE origin = 'log' AND trace_id != '' AND span_id != '' AND event_time <= {at:DateTime64(9, 'UTC')}
        ORDER BY event_time DESC
        LIMIT 1
    ) AS failure
SELECT
    (SELECT agent FROM open_tasks FINAL WHERE is_deleted = 0 GROUP BY agent ORDER BY count() DESC, agent LIMIT 1) AS agent_name,
    failure.1 AS error_id,
    failure.2 AS trace_id,
    failure.3 AS span_id,
    failure.4 AS fingerprint,
    (SELECT argMax(finding_id, (opened_at, finding_id)) FROM findings WHERE opened_at <= {at:DateTime64(9, 'UTC')}) AS finding_id,
    (SELECT min(message_id) FROM agent_messages WHERE trace_id = failure.2 AND message_type = 'task') AS message_id
