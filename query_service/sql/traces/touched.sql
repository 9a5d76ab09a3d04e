-- Traces with arrivals that the observer has not worked out, newest first by a time that they began at or
-- before: the start of the first span in those five minutes that anything came in. Where none is seen
-- (a record alone, or a span that is not in all tables yet) it is the end of times.
SELECT trace_id, min(begun) AS begun_by
FROM
(
    SELECT trace_id, toUnixTimestamp64Nano(event_time) AS begun
    FROM span_outlines FINAL
    WHERE (bucket, trace_id) IN
        (
            SELECT toStartOfFiveMinutes(event_time), trace_id
            FROM arrivals
            WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
                AND kind = 'span' AND trace_id != ''
        )
    UNION ALL
    SELECT DISTINCT trace_id, {after_time:Int64} AS begun
    FROM arrivals
    WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
        AND kind IN ('span', 'trace_record') AND trace_id != ''
)
GROUP BY trace_id
ORDER BY begun_by DESC
LIMIT {limit:UInt32}
