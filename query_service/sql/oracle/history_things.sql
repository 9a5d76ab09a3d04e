-- Each state that things of some kinds were seen in within a window, with the times (Unix ns) at which they were:
-- those that lie shortly before one of some points of time, which are evenly spaced.
WITH toUnixTimestamp64Nano(t.observed_at) AS seen_ns
SELECT kind, namespace, name, uid, is_gone, attributes, groupArray(seen_ns) AS times
FROM observed_things AS t
WHERE kind IN {kinds:Array(String)} AND t.observed_at > {since:DateTime64(9, 'UTC')} AND t.observed_at <= {until:DateTime64(9, 'UTC')}
    AND positiveModulo({first:Int64} - seen_ns, {step:Int64}) < {gap:Int64}
GROUP BY kind, namespace, name, uid, is_gone, attributes
ORDER BY kind, namespace, name, uid
LIMIT {most:UInt32}
