-- All records of some messages of a queue.
SELECT toString(id_hash) AS id, toUnixTimestamp64Nano(event_time) AS sent_ns, partition, offset, value_hash
FROM message_index
WHERE id_hash IN {ids:Array(UInt64)} AND topic = concat('agent-queue-', {agent:String})
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND ({message_type:String} = '' OR message_type = {message_type:String})
