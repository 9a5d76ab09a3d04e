-- Things of some kinds as they were seen last between two times, without those that were gone.
SELECT kind, namespace, name, uid, argMax(t.attributes, t.observed_at) AS attributes, max(t.observed_at) AS last_seen
FROM observed_things AS t
WHERE kind IN {kinds:Array(String)} AND t.observed_at > {since:DateTime64(9, 'UTC')} AND t.observed_at <= {until:DateTime64(9, 'UTC')}
GROUP BY kind, namespace, name, uid
HAVING NOT argMax(t.is_gone, t.observed_at)
ORDER BY kind, namespace, name, uid
LIMIT {most:UInt32}
