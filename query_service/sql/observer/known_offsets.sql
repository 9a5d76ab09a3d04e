-- Offsets of a partition that are accounted for, as runs from first to last.
SELECT min(offset) AS first, max(offset) AS last
FROM
(
    SELECT offset, toInt64(offset) - row_number() OVER (ORDER BY offset) AS run
    FROM
    (
        SELECT DISTINCT offset
        FROM otlp_records
        WHERE topic = {topic:String} AND partition = {partition:UInt32}
            AND offset >= {first:UInt64} AND offset < {end:UInt64}
            AND arrived_at >= {since:DateTime64(9, 'UTC')}
    )
)
GROUP BY run
