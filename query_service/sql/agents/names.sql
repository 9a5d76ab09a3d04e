-- Every agent that anything was heard of up to a time, and what it is called.
SELECT
    agent,
    max(n.name) AS name,
    min(n.first_seen) AS first_seen,
    max(least(n.last_seen, {at:DateTime64(9, 'UTC')})) AS last_seen
FROM agent_names AS n
WHERE agent != '' AND n.first_seen <= {at:DateTime64(9, 'UTC')}
GROUP BY agent
