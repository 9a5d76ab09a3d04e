-- The rows of each insert of a window.
SELECT toUnixTimestamp64Micro(inserted_at) AS inserted, groupArray(row_id) AS row_ids
FROM arrivals
WHERE inserted_at > fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND inserted_at <= fromUnixTimestamp64Micro({until:Int64}, 'UTC')
GROUP BY inserted
