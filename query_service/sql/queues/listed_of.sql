-- Some open tasks as JSON for lists, but for what changes. Without FINAL: value_hash tells the records of a task apart.
SELECT message_id, value_hash, concat('"message_id": ', toJSONString(message_id), listed) AS text
FROM open_tasks
WHERE is_deleted = 0 AND message_id IN {ids:Array(String)}
