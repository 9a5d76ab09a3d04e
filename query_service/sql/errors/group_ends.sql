-- When each group of failures that the observer knows was first and last seen, so many at most.
SELECT
    lower(hex(group_id)) AS fingerprint,
    any(f.error_type) AS error_type,
    min(event_time) AS first_seen,
    max(last_time) AS last_seen,
    toUnixTimestamp64Nano(first_seen) AS first_seen_ns,
    toUnixTimestamp64Nano(last_seen) AS last_seen_ns,
    toString(first_seen) AS first_time
FROM known_failures AS f FINAL
GROUP BY group_id
LIMIT {most:UInt32}
