-- The server's time; until when arrivals can be taken so that `most` errors and spans are, of which
-- 1970 says that there are fewer; and how many reports there are.
SELECT
    now64(6, 'UTC') AS now,
    (
        SELECT max(inserted_at)
        FROM
        (
            SELECT inserted_at
            FROM arrivals
            WHERE inserted_at >= {since:DateTime64(6, 'UTC')} AND kind IN ('error', 'span')
            ORDER BY inserted_at
            LIMIT 1 OFFSET {most:UInt32}
        )
    ) AS full_at,
    (SELECT count() FROM error_reports) AS reports
