-- Failures by agent.
SELECT replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent, count() AS errors
FROM {source:Identifier}
WHERE unit NOT IN {units:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')} AND agent != ''
GROUP BY agent
