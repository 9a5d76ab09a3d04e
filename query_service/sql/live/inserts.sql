-- How much each insert of a window brought so far, and of those after it, `most` rows ahead. The
-- rows of one insert carry one time; it is seen grow when it becomes visible part by part.
WITH (
    SELECT max(inserted_at)
    FROM (
        SELECT inserted_at
        FROM arrivals
        WHERE inserted_at > fromUnixTimestamp64Micro({after:Int64}, 'UTC')
        ORDER BY inserted_at
        LIMIT {most:UInt32})
    ) AS horizon
SELECT
    toUnixTimestamp64Micro(inserted_at) AS inserted,
    count() AS rows,
    sum(record_bytes) AS bytes
FROM arrivals
WHERE inserted_at > fromUnixTimestamp64Micro({since:Int64}, 'UTC')
    AND inserted_at <= least(greatest(horizon, fromUnixTimestamp64Micro({after:Int64}, 'UTC')), fromUnixTimestamp64Micro({last:Int64}, 'UTC'))
    -- A row without a record only says for which task a message was sent again.
    AND NOT (kind = 'message' AND record_bytes = 0)
GROUP BY inserted
ORDER BY inserted
