-- What the detectors read, each in one question that needs nothing from outside.

-- As open_task_states_at, without what was seen in Kafka.

CREATE OR REPLACE VIEW waiting_tasks AS
WITH
    (SELECT least(maxIf(since, job = 'rollups'), maxIf(since, job = 'open_tasks')) FROM observer_progress) AS looked_at,
    looked_at < now64(6, 'UTC') - INTERVAL 36 HOUR AS is_behind,
    -- What was answered since that time, or something came for since the observer's last looks.
    lately AS MATERIALIZED
    (
        SELECT message_id
        FROM answered_tasks
        WHERE event_time <= {at:DateTime64(9, 'UTC')} AND answered_at > {at:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT if(type = 'task', id, parent_id) FROM arrivals WHERE kind = 'message' AND inserted_at >= looked_at
    )
SELECT
    c.message_id AS message_id,
    c.agent AS agent,
    c.source AS source,
    c.priority AS priority,
    c.conversation_id AS conversation_id,
    c.cause_message_id AS cause_message_id,
    c.trace_id AS trace_id,
    c.ttl_seconds AS ttl_seconds,
    c.topic AS topic,
    c.partition AS partition,
    c.offset AS offset,
    c.value_hash AS value_hash,
    c.event_time AS event_time,
    if(isNull(c.ttl_seconds), NULL, fromUnixTimestamp64Nano(toUnixTimestamp64Nano(c.event_time) + toInt64(least(greatest(c.ttl_seconds, 0), 1e9) * 1e9), 'UTC')) AS expires_at,
    notEmpty(arrayFilter(s -> s.2 != 'process' OR s.3 = c.agent OR s.3 = '', signs.seen) AS own_signs) AS is_begun,
    if(is_begun, arrayMin(s -> s.1, own_signs), NULL) AS first_sign_at,
    if(is_begun, arrayMax(s -> s.1, own_signs), NULL) AS last_sign_at,
    arraySort(arrayDistinct(arrayMap(s -> s.2, own_signs))) AS signs_seen
FROM
(
    SELECT message_id, agent, source, priority, conversation_id, cause_message_id, trace_id, ttl_seconds,
        topic, partition, offset, value_hash, event_time
    FROM open_tasks FINAL
    WHERE is_deleted = 0 AND event_time <= {at:DateTime64(9, 'UTC')} AND NOT is_behind AND message_id NOT IN lately
    UNION ALL
    SELECT message_id, agent, source, priority, conversation_id, cause_message_id, trace_id, ttl_seconds,
        topic, partition, offset, value_hash, event_time
    FROM tasks FINAL
    WHERE event_time <= {at:DateTime64(9, 'UTC')} AND (is_behind OR message_id IN lately)
        AND cityHash64(message_id) NOT IN (
            SELECT parent_hash FROM task_answers
            WHERE event_time <= {at:DateTime64(9, 'UTC')}
                AND (is_behind OR parent_hash IN (SELECT cityHash64(message_id) FROM lately)))
) AS c
LEFT JOIN
(
    SELECT message_hash, groupArray((event_time, event_name, agent)) AS seen
    FROM
    (
        -- Replaced or not: what was said of a task stays true.
        SELECT message_hash, event_time, toString(event_name) AS event_name, toString(agent) AS agent
        FROM open_signs
        WHERE is_deleted = 0 AND event_time <= {at:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT message_hash, event_time, toString(event_name), toString(replaceAll(lower(agent_name), ' ', '-'))
        FROM task_events
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
            AND (is_behind OR message_hash IN (SELECT cityHash64(message_id) FROM lately))
    )
    GROUP BY message_hash
) AS signs ON signs.message_hash = cityHash64(c.message_id)
COMMENT 'Tasks without an answer at a time; waiting_tasks(at)';

CREATE OR REPLACE VIEW queue_groups AS
SELECT
    p.topic AS topic,
    p.partition AS partition,
    p.log_start AS log_start,
    p.log_end AS log_end,
    p.observed_at AS observed_at,
    g.consumer_group AS consumer_group,
    g.committed AS committed,
    if(g.moved_at = toDateTime64(0, 9, 'UTC'), NULL, g.moved_at) AS committed_at,
    g.watched_since AS watched_since,
    if(g.rewound_at = toDateTime64(0, 9, 'UTC'), NULL, g.rewound_at) AS rewound_at,
    g.rewound_by AS rewound_by,
    if(empty(m.of_topics), NULL, toNullable(if(mapContains(m.of_topics, p.topic), m.of_topics[p.topic], m.of_topics['']))) AS members
FROM
(
    SELECT topic, partition,
        argMaxIf(value, k.observed_at, metric = 'kafka.partition.current_offset') AS log_end,
        argMaxIf(value, k.observed_at, metric = 'kafka.partition.oldest_offset') AS log_start,
        maxIf(k.observed_at, metric = 'kafka.partition.current_offset') AS observed_at
    FROM kafka_offsets AS k
    WHERE metric IN ('kafka.partition.current_offset', 'kafka.partition.oldest_offset') AND startsWith(topic, 'agent-queue-')
        AND toStartOfHour(k.observed_at) BETWEEN toStartOfHour({at:DateTime64(9, 'UTC')} - INTERVAL 2 HOUR) AND toStartOfHour({at:DateTime64(9, 'UTC')})
        AND k.observed_at <= {at:DateTime64(9, 'UTC')}
    GROUP BY topic, partition
) AS p
LEFT JOIN
(
    SELECT topic, partition, consumer_group,
        arraySort(groupArray((k.observed_at, value))) AS seen,
        -- Each figure with the one before it: when it is another, the group has committed.
        arrayMap((after, before) -> (after.1, after.2 - before.2), arrayPopFront(seen), arrayPopBack(seen)) AS steps,
        seen[-1].2 AS committed,
        seen[1].1 AS watched_since,
        arrayMax(arrayMap(s -> if(s.2 != 0, s.1, toDateTime64(0, 9, 'UTC')), steps)) AS moved_at,
        arrayMax(arrayMap(s -> if(s.2 < 0, s.1, toDateTime64(0, 9, 'UTC')), steps)) AS rewound_at,
        -arrayMin(arrayMap(s -> least(s.2, 0), steps)) AS rewound_by
    FROM kafka_offsets AS k
    WHERE metric = 'kafka.consumer_group.offset' AND startsWith(topic, 'agent-queue-') AND NOT startsWith(consumer_group, 'agent-telemetry-')
        AND toStartOfHour(k.observed_at) BETWEEN toStartOfHour({at:DateTime64(9, 'UTC')} - INTERVAL 2 HOUR) AND toStartOfHour({at:DateTime64(9, 'UTC')})
        AND k.observed_at <= {at:DateTime64(9, 'UTC')}
    GROUP BY topic, partition, consumer_group
) AS g ON g.topic = p.topic AND g.partition = p.partition
LEFT JOIN
(
    SELECT consumer_group, mapFromArrays(groupArray(topic), groupArray(members)) AS of_topics
    FROM
    (
        SELECT consumer_group, topic, argMax(value, k.observed_at) AS members
        FROM kafka_offsets AS k
        WHERE metric = 'kafka.consumer_group.members'
            AND toStartOfHour(k.observed_at) BETWEEN toStartOfHour({at:DateTime64(9, 'UTC')} - INTERVAL 2 HOUR) AND toStartOfHour({at:DateTime64(9, 'UTC')})
            AND k.observed_at <= {at:DateTime64(9, 'UTC')}
        GROUP BY consumer_group, topic
    )
    GROUP BY consumer_group
) AS m ON m.consumer_group = g.consumer_group
COMMENT 'Queues as Kafka had them at a time, by the groups that commit there; queue_groups(at)';
