-- Whole hours with spans or trace records from a time on (Unix time), together until they have
-- some thousand traces.
SELECT min(hour) AS first, max(hour) + INTERVAL 1 HOUR AS last
FROM
(
    SELECT toStartOfHour(bucket) AS hour, sum(count()) OVER (ORDER BY hour) AS seen
    FROM trace_buckets
    WHERE bucket >= {after:Int64}
    GROUP BY hour
)
GROUP BY intDiv(seen, {traces:UInt32}) AS part
ORDER BY first
