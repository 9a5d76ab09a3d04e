-- Messages and deliveries by agent of some five minutes, from the records: as in counts.sql, and the
-- tasks of them from rate_since on. A message counts where its earliest record is.
WITH
    -- What comes while others are asked which records are no further message: they know nothing of it.
    fresh AS
    (
        SELECT cityHash64(id)
        FROM arrivals
        WHERE NOT {whole:Bool} AND kind = 'message' AND inserted_at >= {fresh_since:DateTime64(6, 'UTC')}
            AND event_time <= {at:DateTime64(9, 'UTC')}
    ),
    several AS
    (
        SELECT id_hash
        FROM message_index
        WHERE {whole:Bool} OR id_hash IN fresh
        GROUP BY id_hash
        HAVING count() > 1
    ),
    repeats AS
    (
        SELECT bitNot(arrayJoin(arrayPopFront(arraySort(groupUniqArray((event_time, offset, place))))).3)
        FROM message_index
        WHERE id_hash IN several
        GROUP BY id_hash
    ),
    counted AS
    (
        SELECT
            agent AS queue, source, message_type, priority,
            sum(is_message) AS messages,
            count() AS deliveries,
            min(event_time) AS first_time,
            max(event_time) AS last_time,
            countIf(is_message AND message_type = 'task' AND event_time >= {rate_since:DateTime64(9, 'UTC')}) AS tasks
        FROM
        (
            SELECT
                agent, source, message_type, priority, event_time,
                cityHash64(topic, partition, offset, value_hash) AS record,
                record NOT IN {repeats:Array(UInt64)} AND record NOT IN repeats
                    AND (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) NOT IN (
                        SELECT bucket, topic, partition, offset, value_hash
                        FROM message_repeats
                        WHERE bucket IN {buckets:Array(DateTime('UTC'))}) AS is_message
            FROM agent_messages FINAL
            WHERE event_time <= {at:DateTime64(9, 'UTC')}
                AND ({whole:Bool} OR toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))})
                AND ({message_type:String} = '' OR message_type = {message_type:String})
                AND ({agent:String} = '' OR agent = {agent:String} OR source = {agent:String})
        )
        GROUP BY queue, source, message_type, priority
    )
SELECT
    sides.2 AS agent,
    sumIf(messages, sides.1 = 'queue') AS total_messages,
    sumIf(deliveries, sides.1 = 'queue') AS all_deliveries,
    sumMapIf(map(toString(message_type), messages), sides.1 = 'queue') AS by_type,
    sumMapIf(map(toString(priority), messages), sides.1 = 'queue') AS by_priority,
    sumIf(messages, sides.1 = 'sender') AS sent,
    min(first_time) AS first_seen,
    max(last_time) AS last_seen,
    sumIf(tasks, sides.1 = 'queue') AS arrived
FROM counted
ARRAY JOIN [('queue', toString(queue)), ('sender', toString(source))] AS sides
WHERE {agent:String} = '' OR agent = {agent:String}
GROUP BY agent
