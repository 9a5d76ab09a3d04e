-- Rows of the worlds that are stored, by what they were sent as. What came twice counts once.
WITH (agent -> has({suffixes:Array(String)}, extract(agent, '-(w[a-z]{4})(?:-|$)'))) AS is_theirs
SELECT
    (SELECT uniqExact(message_id) FROM agent_messages WHERE is_theirs(topic)) AS messages,
    (SELECT uniqExact(SpanId) FROM otel_traces WHERE is_theirs(ServiceName)) AS spans,
    (SELECT uniqExact(Identity) FROM otel_logs WHERE is_theirs(ServiceName)) AS events,
    (SELECT uniqExact(metric, topic, partition, consumer_group, observed_at)
        FROM kafka_offsets
        WHERE is_theirs(topic) OR is_theirs(replaceOne(consumer_group, '-consumer', ''))) AS offsets,
    (SELECT uniqExact(kind, observed_at, namespace, name, uid) FROM observed_things
        WHERE is_theirs(name)) AS things
