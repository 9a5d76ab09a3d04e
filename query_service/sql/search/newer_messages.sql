-- Of records by their places those that have every word, and stand before where a page begins.
SELECT DISTINCT message_id AS id, trace_id
FROM agent_messages
WHERE (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) IN arrayZip(
        {buckets:Array(DateTime('UTC'))},
        {topics:Array(String)}, {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {hashes:Array(UInt64)})
    AND (-toUnixTimestamp64Nano(event_time), 'message', message_id, trace_id)
        <= (-{after_time:Int64}, {after_kind:String}, {after_id:String}, {after_trace:String})
    AND hasAllTokens(search_text, {words:Array(String)})
