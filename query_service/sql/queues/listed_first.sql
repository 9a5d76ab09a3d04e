-- As listed_of.sql, of the oldest open tasks of each agent but some.
SELECT message_id, value_hash, concat('"message_id": ', toJSONString(message_id), listed) AS text
FROM open_tasks FINAL
WHERE is_deleted = 0 AND cityHash64(message_id) NOT IN {left_out:Array(UInt64)}
ORDER BY event_time, message_id
LIMIT {limit:UInt32} BY agent
