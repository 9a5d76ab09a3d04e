-- Episodes that no run has ended: wide columns of these only.
SELECT *
FROM findings FINAL
WHERE (opened_at, finding_id) IN (SELECT opened_at, finding_id FROM findings FINAL WHERE resolved_at IS NULL)
ORDER BY opened_at, finding_id
LIMIT {most:UInt32}
