-- How much arrived since the last run, and how much there is. arrivals are kept for two days.
SELECT
    countIf(kind = 'message') AS arrived,
    (SELECT count() FROM message_index) AS records
FROM arrivals
WHERE inserted_at >= {since:DateTime64(9, 'UTC')}
