-- The last run of the detectors, and the server's clock.
SELECT max(r.run) AS run, argMax(r.at, r.run) AS at, now64(6, 'UTC') AS now
FROM finding_runs AS r
