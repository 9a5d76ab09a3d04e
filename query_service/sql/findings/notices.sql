-- What was told of one finding, and what could not be, the newest first.
SELECT opened_at, destination, event, detail, part_of, severity, outcome, reason, tried_at
FROM finding_notices FINAL
WHERE finding_id = {finding_id:String} AND tried_at <= {at:DateTime64(9, 'UTC')}
ORDER BY tried_at DESC, opened_at DESC, destination, event, detail
LIMIT {limit:UInt32}
