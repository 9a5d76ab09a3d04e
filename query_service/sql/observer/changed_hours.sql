-- Closed hours to count: those that closed since the last run, those with late records, and those
-- that have another record of the same messages: which one counts as the message may have changed.
SELECT DISTINCT toStartOfHour(event_time) AS bucket
FROM agent_messages
WHERE event_time < {closed:DateTime('UTC')} AND message_id IN
(
    SELECT message_id
    FROM agent_messages
    WHERE event_time < {closed:DateTime('UTC')}
        AND (arrived_at >= {since:DateTime64(9, 'UTC')} OR event_time >= {closed_before:DateTime('UTC')})
)
