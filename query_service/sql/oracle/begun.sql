-- Since when somebody works on open tasks; by whom, where that matters: the span of another agent says nothing. Of
-- tasks that were answered after a past time the hashes are bound: their signs are no longer in open_signs.
SELECT message_hash, if(event_name = 'process', toString(agent), '') AS who, toUnixTimestamp64Nano(min(event_time)) AS first_ns
FROM
(
    SELECT message_hash, event_name, agent, event_time
    FROM open_signs
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
    UNION ALL
    SELECT message_hash, event_name, replaceAll(lower(agent_name), ' ', '-'), event_time
    FROM task_events
    PREWHERE message_hash IN {hashes:Array(UInt64)}
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
)
GROUP BY message_hash, who
