-- Messages of a trace in the order of sending, each once.
SELECT
    {trace_id:String} AS trace_id,
    message_id,
    first.1 AS message_type,
    first.2 AS source_agent,
    first.3 AS source,
    first.4 AS agent,
    first.5 AS parent_message_id,
    first.6 AS span_id,
    first.7 AS reason,
    first.8 AS sent_at,
    deliveries
FROM
(
    SELECT
        message_id,
        argMin((message_type, source_agent, source, agent, parent_message_id, span_id, reason, event_time), (event_time, value_hash)) AS first,
        uniqExact(topic, partition, offset, value_hash) AS deliveries
    FROM trace_messages
    WHERE trace_messages.trace_id = {trace_id:String} AND trace_messages.trace_id != '' AND event_time <= {at:DateTime64(9, 'UTC')}
    GROUP BY message_id
)
ORDER BY sent_at, message_id
LIMIT {limit:UInt32}
