-- The last run of the detectors up to a time.
SELECT at, failed, cut
FROM finding_runs FINAL
WHERE at <= {at:DateTime64(9, 'UTC')}
ORDER BY run DESC
LIMIT 1
