-- Which rows of some inserts came before them, at `since` at the earliest: they are delivered again.
-- Only those are looked for whose own time is not within the last moments.
SELECT DISTINCT row_id
FROM arrivals
WHERE inserted_at >= fromUnixTimestamp64Micro({since:Int64}, 'UTC') AND inserted_at < fromUnixTimestamp64Micro(arrayMax({inserts:Array(Int64)}), 'UTC')
    AND NOT has({inserts:Array(Int64)}, toUnixTimestamp64Micro(inserted_at))
    AND row_id IN (
        SELECT row_id
        FROM arrivals
        WHERE inserted_at >= fromUnixTimestamp64Micro(arrayMin({inserts:Array(Int64)}), 'UTC') AND inserted_at <= fromUnixTimestamp64Micro(arrayMax({inserts:Array(Int64)}), 'UTC')
            AND has({inserts:Array(Int64)}, toUnixTimestamp64Micro(inserted_at))
            AND (toUnixTimestamp64Micro(inserted_at) - toUnixTimestamp64Micro(event_time) NOT BETWEEN {youngest:Int64} AND {oldest:Int64}))
