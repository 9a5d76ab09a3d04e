-- Open tasks of an agent as they came. Without FINAL: value_hash tells the records of a task apart.
SELECT message_id, value_hash, toValidUTF8(body) AS text
FROM open_tasks
WHERE is_deleted = 0 AND agent = {agent:String} AND message_id IN {ids:Array(String)}
