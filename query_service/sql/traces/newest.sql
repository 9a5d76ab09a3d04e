-- As settled.sql, of now, newest first and without filters, of those that began since the latest `fetch` rows.
SELECT bucket, trace_id, toUnixTimestamp64Nano(start_time) AS key_time
FROM trace_summaries FINAL
WHERE bucket >= (SELECT min(bucket) FROM (SELECT bucket FROM trace_summaries ORDER BY bucket DESC LIMIT {fetch:UInt32}))
    AND start_time >= {since:DateTime64(9, 'UTC')}
    AND (NOT {is_touched:Bool} OR trace_id NOT IN
    (
        SELECT trace_id
        FROM arrivals
        WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
            AND kind IN ('span', 'trace_record')
    ))
ORDER BY start_time DESC, trace_id DESC
LIMIT {limit:UInt32}
