-- How each source was seen last up to a time, and since when it was seen so.
WITH arraySort(groupArray((s.observed_at, JSONExtractString(s.attributes, 'state')))) AS seen
SELECT
    name,
    argMax(s.attributes, s.observed_at) AS last,
    seen[-1].1 AS last_seen,
    seen[arrayLastIndex(one -> one.2 != seen[-1].2, seen) + 1].1 AS since
FROM observed_things AS s
WHERE kind = 'agent_telemetry.source' AND s.observed_at <= {at:DateTime64(9, 'UTC')}
GROUP BY name
ORDER BY name
