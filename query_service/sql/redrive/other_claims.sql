-- Tasks that another request sends again, as these stand now.
SELECT task_key, max(c.claimed_at) AS claimed_at
FROM redrive_claims AS c FINAL
WHERE task_key IN {keys:Array(String)} AND claim != {claim:UUID} AND c.claimed_at > {since:DateTime64(6, 'UTC')}
GROUP BY task_key
