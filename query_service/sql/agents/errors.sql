-- Failures by agent, as it is called: its queue's name is made of it elsewhere, which takes longer to plan than
-- all the rest.
SELECT agent_name, count() AS errors
FROM {source:Identifier}
WHERE unit NOT IN {units:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY agent_name
