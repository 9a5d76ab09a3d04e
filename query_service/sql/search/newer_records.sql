-- Where the records of some messages are that were sent at the time a page begins after, or later.
SELECT DISTINCT toStartOfFiveMinutes(event_time) AS bucket, topic, partition, offset, value_hash
FROM message_index
WHERE id_hash IN (SELECT cityHash64(arrayJoin({ids:Array(String)})))
    AND event_time >= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
    AND event_time < {until:DateTime64(9, 'UTC')} AND event_time <= {at:DateTime64(9, 'UTC')}
LIMIT 10000
