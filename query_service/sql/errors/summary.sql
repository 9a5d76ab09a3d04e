-- Failures and reports by what the first report of each failure says: by its severity, by its
-- category and by its agent. Each by itself: all three together would be thousands of rows.
SELECT
    multiIf(grouping(severity) = 0, 'severity', grouping(category) = 0, 'category', 'agent_name') AS name,
    multiIf(name = 'severity', severity, name = 'category', category, agent_name = '', 'unknown', agent_name) AS value,
    count() AS failures,
    sum(if({at:DateTime64(9, 'UTC')} >= '2100-01-01', f.reports, arrayCount(time -> time <= {at:DateTime64(9, 'UTC')}, report_times))) AS reports,
    toUnixTimestamp64Nano(max(arrived_at)) AS arrived_until
FROM {source:Identifier} AS f
WHERE unit NOT IN {units:Array(String)} AND ({at:DateTime64(9, 'UTC')} >= '2100-01-01' OR event_time <= {at:DateTime64(9, 'UTC')})
GROUP BY GROUPING SETS ((severity), (category), (agent_name))
ORDER BY failures DESC, value, name
