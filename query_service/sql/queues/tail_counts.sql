-- Messages and deliveries by agent of some five minutes, from the records: as in counts.sql, and the
-- tasks of them from rate_since on. A message counts where its earliest record is.
WITH
    lately AS
    (
        SELECT cityHash64(id)
        FROM arrivals
        WHERE NOT {whole:Bool} AND kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')}
    ),
    repeats AS
    (
        SELECT toStartOfFiveMinutes(r.event_time) AS bucket, r.topic, r.partition, r.offset, r.value_hash
        FROM message_index AS r
        INNER JOIN
        (
            SELECT id_hash, min((event_time, offset, place)) AS first
            FROM message_index
            WHERE {whole:Bool} OR id_hash IN lately
            GROUP BY id_hash
            HAVING max((event_time, offset, place)) != first
        ) AS m ON m.id_hash = r.id_hash
        WHERE ({whole:Bool} OR r.id_hash IN lately) AND (r.event_time, r.offset, r.place) != m.first
    )
SELECT
    agent,
    countIf(is_message AND side = 'queue') AS total_messages,
    countIf(side = 'queue') AS all_deliveries,
    sumMapIf(map(toString(message_type), toUInt64(is_message)), side = 'queue') AS by_type,
    sumMapIf(map(toString(priority), toUInt64(is_message)), side = 'queue') AS by_priority,
    countIf(is_message AND side = 'sender') AS sent,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    countIf(is_message AND side = 'queue' AND message_type = 'task' AND event_time >= {rate_since:DateTime64(9, 'UTC')}) AS arrived
FROM
(
    SELECT
        sides.1 AS side, sides.2 AS agent, message_type, priority, event_time,
        (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) NOT IN (
            SELECT bucket, topic, partition, offset, value_hash
            FROM message_repeats
            WHERE {whole:Bool} OR bucket IN {buckets:Array(DateTime('UTC'))}
            UNION ALL
            SELECT * FROM repeats) AS is_message
    FROM agent_messages AS m FINAL
    ARRAY JOIN [('queue', toString(m.agent)), ('sender', toString(m.source))] AS sides
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
        AND ({whole:Bool} OR toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))})
        AND ({message_type:String} = '' OR message_type = {message_type:String})
)
WHERE {agent:String} = '' OR agent = {agent:String}
GROUP BY agent
