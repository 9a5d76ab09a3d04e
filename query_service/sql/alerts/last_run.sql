-- The last run of the detectors, and the server's clock.
SELECT max(run) AS run, argMax(at, run) AS at, now64(6, 'UTC') AS now
FROM finding_runs
