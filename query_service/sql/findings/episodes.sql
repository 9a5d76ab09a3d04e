-- Episodes of one finding, the newest first.
SELECT *
FROM findings FINAL
WHERE finding_id = {finding_id:String} AND opened_at <= {at:DateTime64(9, 'UTC')}
ORDER BY opened_at DESC
LIMIT {limit:UInt32}
