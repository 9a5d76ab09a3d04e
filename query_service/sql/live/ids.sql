-- The rows of each insert of a window.
SELECT toUnixTimestamp64Micro(inserted_at) AS inserted, groupArray(row_id) AS row_ids
FROM arrivals
WHERE inserted_at > fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND inserted_at <= fromUnixTimestamp64Micro({until:Int64}, 'UTC')
    -- A row without a record only says for which task a message was sent again.
    AND NOT (kind = 'message' AND record_bytes = 0)
GROUP BY inserted
