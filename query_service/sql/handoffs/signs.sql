-- Signs that somebody works on a task, oldest first: state events, and process spans.
SELECT event_id, event_name, agent_name, outcome, event_time
FROM task_events FINAL
WHERE message_hash = cityHash64({message_id:String}) AND message_id = {message_id:String}
    AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY event_time, event_id
LIMIT 1000
