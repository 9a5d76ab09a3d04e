-- Answers as they came, by the places of their records. As in deliveries.sql, no tuple alone chooses what is read.
SELECT topic, partition, offset, value_hash, toValidUTF8(any(body)) AS body
FROM agent_messages
WHERE toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))} AND topic IN {topics:Array(String)}
    AND (topic, partition, offset, value_hash) IN arrayZip({topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {hashes:Array(UInt64)})
GROUP BY topic, partition, offset, value_hash
