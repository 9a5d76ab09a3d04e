-- What open tasks have to do with each other.
SELECT message_id, cityHash64(message_id) AS hash, agent, source, trace_id, cause_message_id, toUnixTimestamp64Nano(event_time) AS sent_ns
FROM open_tasks FINAL
WHERE is_deleted = 0
LIMIT {most:UInt32}
