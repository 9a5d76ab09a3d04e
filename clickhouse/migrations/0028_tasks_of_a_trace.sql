-- What a handoff shows of its task, by the trace: one trace asks nothing of agent_messages then. Rows of before are written
-- once more. Until a merge has taken the first ones, which have nothing in the new columns, there are two: of rows with one
-- key that with the higher texts counts.

ALTER TABLE trace_messages ADD COLUMN IF NOT EXISTS target_agent LowCardinality(String) COMMENT 'Receiver as the sender calls it' AFTER agent;

ALTER TABLE trace_messages ADD COLUMN IF NOT EXISTS priority LowCardinality(String) COMMENT 'low, normal, high, critical' AFTER target_agent;

ALTER TABLE trace_messages_from_messages MODIFY QUERY
SELECT
    trace_id, message_id, message_type, source_agent, source, agent, target_agent, priority, parent_message_id, span_id,
    substringUTF8(toValidUTF8(reason), 1, 200) AS reason,
    event_time, topic, partition, offset, value_hash, arrived_at
FROM agent_messages
WHERE trace_id != '';

INSERT INTO trace_messages
    (trace_id, message_id, message_type, source_agent, source, agent, target_agent, priority, parent_message_id, span_id, reason,
    event_time, topic, partition, offset, value_hash, arrived_at)
SELECT
    trace_id, message_id, message_type, source_agent, source, agent, target_agent, priority, parent_message_id, span_id,
    substringUTF8(toValidUTF8(reason), 1, 200) AS cut_reason,
    event_time, topic, partition, offset, value_hash, arrived_at
FROM agent_messages
WHERE trace_id != '';
