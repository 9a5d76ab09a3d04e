-- What arrived since the observer last worked out failures: `everything` when it never did, or long
-- ago, else `errors`, `spans` alone, or `nothing` that could change a failure.
WITH
    (
        SELECT if(max(since) < now64(9, 'UTC') - INTERVAL 20 HOUR, toDateTime64('1970-01-01 00:00:00', 6, 'UTC'), toDateTime64(max(since), 6, 'UTC'))
        FROM observer_progress FINAL
        WHERE job = 'failures'
    ) AS done
SELECT multiIf(toYear(done) = 1970, 'everything', countIf(kind = 'error') > 0, 'errors', count() > 0, 'spans', 'nothing') AS arrived
FROM arrivals
WHERE inserted_at >= done AND kind IN ('error', 'span') AND toYear(done) > 1970
