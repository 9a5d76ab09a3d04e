-- Records of messages of a trace in the order of sending, the first of each message as in messages.sql.
SELECT
    trace_id, message_id, message_type, source_agent, source, agent, parent_message_id, span_id, reason, event_time,
    topic, partition, offset, value_hash, toString(toStartOfFiveMinutes(event_time)) AS bucket
FROM trace_messages
WHERE trace_id = {trace_id:String} AND trace_id != '' AND event_time <= {at:DateTime64(9, 'UTC')}
ORDER BY event_time, message_id, value_hash
LIMIT {limit:UInt32}
