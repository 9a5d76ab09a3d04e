-- Where to look for failures: in what the observer has worked out, unless something arrived since
-- that may change it.
WITH
    (
        SELECT if(max(since) < now64(9, 'UTC') - INTERVAL 20 HOUR, toDateTime64('1970-01-01 00:00:00', 6, 'UTC'), toDateTime64(max(since), 6, 'UTC') - INTERVAL 20 SECOND)
        FROM observer_progress FINAL
        WHERE job = 'failures'
    ) AS done
SELECT if(toYear(done) = 1970 OR count() > 0, 'failures', 'stored_failures') AS source
FROM arrivals
WHERE inserted_at >= done AND toYear(done) > 1970
    AND (kind = 'error' OR kind = 'span' AND trace_id IN (SELECT trace_id FROM known_failures WHERE is_repeated))
