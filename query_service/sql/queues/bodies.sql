-- Messages as they came, by the places of their records. The five minutes are bound as such: worked
-- out here, the key of the table would not be used.
SELECT topic, partition, offset, value_hash, toValidUTF8(any(body)) AS body
FROM agent_messages
WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN arrayZip(
    {buckets:Array(DateTime('UTC'))},
    {topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {hashes:Array(UInt64)})
GROUP BY topic, partition, offset, value_hash
