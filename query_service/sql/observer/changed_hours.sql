-- Closed hours to count: those that closed since the last run, and those with late records.
SELECT DISTINCT toStartOfHour(event_time) AS bucket
FROM agent_messages
WHERE event_time < {closed:DateTime('UTC')}
    AND (arrived_at >= {since:DateTime64(9, 'UTC')} OR event_time >= {closed_before:DateTime('UTC')})
