-- Tasks by their ids: the version of the record that counts, the earliest.
SELECT message_id, toString(max(version)) AS version
FROM tasks
WHERE message_id IN {ids:Array(String)}
GROUP BY message_id
