-- How much each insert brought so far that began after a time; the rows of one insert carry one time.
SELECT toUnixTimestamp64Micro(inserted_at) AS inserted, count() AS rows, sum(record_bytes) AS bytes
FROM arrivals
WHERE inserted_at > fromUnixTimestamp64Micro({since:Int64}, 'UTC')
    -- A row without a record only says for which task a message was sent again.
    AND NOT (kind = 'message' AND record_bytes = 0)
GROUP BY inserted
ORDER BY inserted
