-- As pending_at.sql, when the observer has counted and looked at everything: what is open now, and what was
-- answered later.
SELECT agent, count() AS pending
FROM
(
    SELECT agent
    FROM open_tasks FINAL
    WHERE is_deleted = 0 AND event_time <= {at:DateTime64(9, 'UTC')}
    UNION ALL
    SELECT agent
    FROM answered_tasks FINAL
    WHERE event_time <= {at:DateTime64(9, 'UTC')} AND answered_at > {at:DateTime64(9, 'UTC')}
)
GROUP BY agent
