-- When each group was first seen to have committed beyond a record.
SELECT consumer_group, min(k.observed_at) AS passed_at, argMin(value, k.observed_at) AS committed
FROM kafka_offsets AS k
WHERE metric = 'kafka.consumer_group.offset' AND topic = {topic:String} AND partition = {partition:Int32}
    AND value > {offset:Int64} AND NOT startsWith(consumer_group, 'agent-telemetry-')
    AND toStartOfHour(k.observed_at) >= toStartOfHour(fromUnixTimestamp64Nano({key_time:Int64}, 'UTC'))
    AND k.observed_at >= fromUnixTimestamp64Nano({key_time:Int64}, 'UTC') AND k.observed_at <= {at:DateTime64(9, 'UTC')}
GROUP BY consumer_group
ORDER BY passed_at, consumer_group
