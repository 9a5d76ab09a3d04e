-- Traces that pages before have shown and that spans have moved back since: their start was later
-- when the first page was asked for.
SELECT trace_id
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
HAVING (min(event_time), trace_id) >= (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
