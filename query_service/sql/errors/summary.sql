-- Failures and reports by what the first report of each failure says.
SELECT
    severity,
    category,
    agent_name,
    count() AS failures,
    sum(reports) AS reports
FROM
(
    SELECT
        count() AS reports,
        argMin((r.severity, r.category, r.agent_name), (r.event_time, r.error_id)) AS first,
        first.1 AS severity,
        first.2 AS category,
        if(first.3 = '', 'unknown', first.3) AS agent_name
    FROM error_reports AS r FINAL
    INNER JOIN error_failures(at = {at:DateTime64(9, 'UTC')}) AS f ON f.error_id = r.error_id
    GROUP BY f.failure_id
)
GROUP BY severity, category, agent_name
ORDER BY failures DESC, severity, category, agent_name
