-- Episodes that no run has ended.
SELECT *
FROM findings FINAL
WHERE resolved_at IS NULL
ORDER BY opened_at, finding_id
LIMIT {most:UInt32}
