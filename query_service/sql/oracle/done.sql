-- How tasks went of which an agent says that it is done with them, though no answer came. Hashes as in begun.sql.
SELECT message_id, replaceAll(lower(agent_name), ' ', '-') AS agent, argMax(outcome, d.event_time) AS outcome
FROM task_events AS d
WHERE event_name = 'agent_telemetry.task.done' AND d.event_time <= {at:DateTime64(9, 'UTC')}
    AND (message_hash IN {hashes:Array(UInt64)} OR message_hash IN (
        SELECT message_hash
        FROM open_signs
        WHERE event_name = 'agent_telemetry.task.done'))
GROUP BY message_id, agent
