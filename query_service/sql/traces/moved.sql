-- Traces that spans came for since the first page, with their start when that was asked for. Newest first
-- (turn 1) only those that pages before have shown, oldest first (-1) those that none has.
SELECT trace_id, toUnixTimestamp64Nano(min(event_time)) AS moved_from
FROM span_outlines
WHERE arrived_at <= fromUnixTimestamp64Nano({arrived_until:Int64}, 'UTC') AND (bucket, trace_id) IN
(
    SELECT bucket, trace_id
    FROM trace_buckets
    WHERE trace_id IN
    (
        SELECT trace_id
        FROM arrivals
        WHERE kind = 'span' AND inserted_at > fromUnixTimestamp64Nano({arrived_until:Int64}, 'UTC')
    )
)
GROUP BY trace_id
HAVING if({turn:Int8} > 0, (moved_from, trace_id) >= ({after_time:Int64}, {after_id:String}), (-moved_from, trace_id) < (-{after_time:Int64}, {after_id:String}))
