-- Signs that somebody works on tasks, by the hashes of their ids.
SELECT message_hash AS hash, groupArray((event_time, toString(event_name), replaceAll(lower(agent_name), ' ', '-'))) AS signs
FROM task_events
WHERE message_hash IN {hashes:Array(UInt64)} AND event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY message_hash
