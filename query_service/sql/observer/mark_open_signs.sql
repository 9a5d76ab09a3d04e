-- The mark on signs of tasks that are not open.
INSERT INTO open_signs (message_hash, event_time, event_name, agent, version, is_deleted)
SELECT message_hash, event_time, event_name, agent, toUnixTimestamp64Micro({now:DateTime64(6, 'UTC')}), 1
FROM open_signs FINAL
WHERE is_deleted = 0 AND message_hash NOT IN (SELECT cityHash64(message_id) FROM open_tasks FINAL WHERE is_deleted = 0)
