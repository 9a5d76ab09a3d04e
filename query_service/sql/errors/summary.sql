-- Failures and reports by what the first report of each failure says.
SELECT
    severity,
    category,
    if(agent_name = '', 'unknown', agent_name) AS agent_name,
    count() AS failures,
    sum(if({at:DateTime64(9, 'UTC')} >= '2100-01-01', f.reports, arrayCount(time -> time <= {at:DateTime64(9, 'UTC')}, report_times))) AS reports
FROM {source:Identifier} AS f
WHERE event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY severity, category, agent_name
ORDER BY failures DESC, severity, category, agent_name
