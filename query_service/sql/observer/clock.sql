-- The server's clock, by which arrivals are stamped.
SELECT now64(6, 'UTC') AS now
