-- Six hours each that spans began in, from one time to another.
SELECT DISTINCT toStartOfInterval(bucket, INTERVAL 6 HOUR) AS part
FROM span_rollups
WHERE step = 3600 AND bucket >= {since:DateTime('UTC')} AND bucket < {until:DateTime('UTC')}
ORDER BY part
