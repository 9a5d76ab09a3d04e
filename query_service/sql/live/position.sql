-- The server's time, the newest arrival and the earliest one that is kept.
SELECT
    toUnixTimestamp64Micro(now64(6)) AS now,
    toUnixTimestamp64Micro(max(inserted_at)) AS newest,
    toUnixTimestamp64Micro(min(inserted_at)) AS earliest,
    count() > 0 AS has_any
FROM arrivals
