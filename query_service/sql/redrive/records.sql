-- What the records at some places need to be sent again, without their bodies. As in deliveries.sql, no tuple alone
-- chooses what is read.
SELECT
    topic, partition, offset, value_hash, any(m.trace_id) AS trace_id, any(m.span_id) AS span_id,
    any(mapApply((k, v) -> (toString(k), toValidUTF8(v)), headers)) AS kept,
    any(length(body)) AS bytes, any(isValidUTF8(body)) AS is_text
FROM agent_messages AS m
WHERE toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))} AND topic IN {topics:Array(String)}
    AND (topic, partition, offset, value_hash) IN arrayZip({topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {hashes:Array(UInt64)})
GROUP BY topic, partition, offset, value_hash
