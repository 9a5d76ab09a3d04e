-- Where the tasks of some traces are: of each the earliest record, which is the handoff.
SELECT
    trace_id, message_id,
    argMin((topic, partition, offset, value_hash, toUnixTimestamp64Nano(event_time)), (event_time, bitNot(value_hash))) AS task
FROM trace_messages
WHERE trace_id IN {trace_ids:Array(String)} AND trace_id != '' AND message_type = 'task' AND event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY trace_id, message_id
