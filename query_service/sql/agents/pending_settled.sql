-- Tasks without an answer by agent that were sent up to a time, without those that are known not to be open then.
SELECT agent, count() AS pending
FROM open_tasks FINAL
WHERE is_deleted = 0 AND event_time <= {at:DateTime64(9, 'UTC')} AND cityHash64(message_id) NOT IN {left_out:Array(UInt64)}
GROUP BY agent
