-- Signs that somebody works on tasks, by their ids.
SELECT message_id, groupArray((event_time, toString(event_name), replaceAll(lower(agent_name), ' ', '-'))) AS signs
FROM task_events
WHERE message_hash IN arrayMap(i -> cityHash64(i), {ids:Array(String)}) AND event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY message_id
