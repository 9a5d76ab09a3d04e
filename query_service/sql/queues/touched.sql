-- Tasks, of all agents or one, that were sent up to a time and that something came for since the observer looked.
WITH touched AS
(
    SELECT if(type = 'task', id, parent_id) AS message_id, cityHash64(message_id) AS hash
    FROM arrivals
    WHERE kind = 'message' AND inserted_at >= {looked_since:DateTime64(6, 'UTC')}
        AND (type != 'task' OR event_time <= {at:DateTime64(9, 'UTC')})
)
SELECT DISTINCT message_id, hash
FROM touched
WHERE hash IN (
    SELECT id_hash
    FROM message_index
    PREWHERE id_hash IN (SELECT hash FROM touched)
    WHERE message_type = 'task' AND event_time <= {at:DateTime64(9, 'UTC')}
        AND ({agent:String} = '' OR agent = {agent:String}))
LIMIT {most:UInt32}
