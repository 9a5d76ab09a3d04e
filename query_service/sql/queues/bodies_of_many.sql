-- As bodies_of.sql, where the ids are too long for a parameter: by the hashes of records, in two.
SELECT message_id, value_hash, toValidUTF8(body) AS text
FROM open_tasks
WHERE is_deleted = 0 AND agent = {agent:String}
    AND (value_hash IN {hashes:Array(UInt64)} OR value_hash IN {more:Array(UInt64)})
