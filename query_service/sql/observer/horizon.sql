-- The server's clock, by which arrivals are stamped, and when the oldest insert under way began.
SELECT now64(6, 'UTC') AS now, now - toIntervalMicrosecond(toUInt64(max(elapsed) * 1e6)) AS began
FROM system.processes
WHERE query_kind LIKE '%Insert%'
