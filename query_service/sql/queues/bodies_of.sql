-- Open tasks of an agent as they came, some or all. Without FINAL: value_hash tells the records of a task apart.
SELECT message_id, value_hash, toValidUTF8(body) AS text
FROM open_tasks
WHERE is_deleted = 0 AND agent = {agent:String} AND ({all:Bool} OR message_id IN {ids:Array(String)})
