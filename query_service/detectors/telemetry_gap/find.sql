-- What did not reach the tables: dead letters, records that are gone, queues of which stored records are missing, the
-- pipeline behind, agents without spans, and sources that the observer does not see.
WITH
    {since:DateTime64(9, 'UTC')} AS began,
    {at:DateTime64(9, 'UTC')} AS now,
    greatest(began, now - INTERVAL 6 HOUR) AS looked,
    toDateTime64(0, 9, 'UTC') AS never,
    -- By topic and partition: where it ended when the window began, a while ago, and now.
    ends AS MATERIALIZED
    (
        SELECT
            toString(topic) AS topic, partition,
            argMaxIf(k.value, k.observed_at, k.observed_at <= looked) AS began_at,
            countIf(k.observed_at <= looked) > 0 AS is_known,
            min(k.value) AS first_end,
            argMaxIf(k.value, k.observed_at, k.observed_at <= now - INTERVAL 2 MINUTE) AS stored_to,
            argMaxIf(k.value, k.observed_at, k.observed_at <= now - toIntervalSecond(toUInt32({behind_seconds:Float64}))) AS behind_from,
            max(k.observed_at) AS seen_at
        FROM kafka_offsets AS k
        WHERE metric = 'kafka.partition.current_offset' AND (startsWith(topic, 'agent-queue-') OR startsWith(topic, 'agent-telemetry-'))
            AND toStartOfHour(k.observed_at) BETWEEN toStartOfHour(looked - INTERVAL 10 MINUTE) AND toStartOfHour(now)
            AND k.observed_at > looked - INTERVAL 10 MINUTE AND k.observed_at <= now
        GROUP BY topic, partition
    ),
    stored AS
    (
        SELECT toString(topic) AS topic, partition, groupUniqArray(offset) AS offsets
        FROM
        (
            SELECT topic, partition, offset FROM agent_messages
            WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(looked - INTERVAL 2 HOUR) AND toStartOfFiveMinutes(now + INTERVAL 2 HOUR)
            UNION ALL
            SELECT topic, partition, offset FROM dead_letters WHERE startsWith(topic, 'agent-queue-')
        )
        GROUP BY topic, partition
    ),
    -- Runs of missing offsets: a transaction leaves single ones, between what was committed.
    holes AS
    (
        SELECT
            e.topic AS topic, e.partition AS partition,
            toInt64(if(e.is_known, e.began_at, e.first_end)) AS first, toInt64(e.stored_to) AS last,
            arraySort(arrayFilter(o -> o >= first AND o < last, arrayMap(o -> toInt64(o), s.offsets))) AS there,
            arrayFilter(g -> g.2 >= {min_missing:Float64}, arrayMap(
                (before, after) -> (before + 1, after - before - 1),
                arrayPushFront(there, first - 1), arrayPushBack(there, last))) AS runs,
            arraySum(arrayMap(g -> g.2, runs)) AS missing
        FROM ends AS e
        LEFT JOIN stored AS s ON s.topic = e.topic AND s.partition = e.partition
        WHERE startsWith(e.topic, 'agent-queue-') AND last > first AND notEmpty(runs)
    ),
    behind AS
    (
        SELECT g.consumer_group AS pipeline, sum(g.lag) AS records, groupUniqArray(20)(g.topic) AS topics, min(g.moved_at) AS moved_at, max(g.seen_at) AS seen_at
        FROM
        (
            SELECT
                toString(consumer_group) AS consumer_group, toString(topic) AS topic, partition,
                argMaxIf(k.value, k.observed_at, metric = 'kafka.consumer_group.offset') AS committed,
                argMaxIf(k.value, k.observed_at, metric = 'kafka.consumer_group.lag') AS lag,
                -- When it came to where it is.
                argMaxIf(k.observed_at, (k.value, -toUnixTimestamp64Nano(k.observed_at)), metric = 'kafka.consumer_group.offset') AS moved_at,
                max(k.observed_at) AS seen_at
            FROM kafka_offsets AS k
            WHERE metric IN ('kafka.consumer_group.offset', 'kafka.consumer_group.lag') AND startsWith(consumer_group, 'agent-telemetry-ingester')
                AND toStartOfHour(k.observed_at) BETWEEN toStartOfHour(looked - INTERVAL 10 MINUTE) AND toStartOfHour(now)
                AND k.observed_at > looked - INTERVAL 10 MINUTE AND k.observed_at <= now
            GROUP BY consumer_group, topic, partition
        ) AS g
        INNER JOIN ends AS e ON e.topic = g.topic AND e.partition = g.partition
        WHERE e.behind_from > g.committed AND g.seen_at > now - INTERVAL 5 MINUTE
        GROUP BY pipeline
    ),
    spans_now AS
    (
        SELECT replaceAll(lower(splitByChar(':', toString(agent_name))[1]), ' ', '-') AS agent, max(least(ifNull(end_time, event_time), now)) AS last_at
        FROM span_outlines
        WHERE bucket BETWEEN toDateTime(began - INTERVAL 1 HOUR, 'UTC') AND now AND event_time <= now
        GROUP BY agent
    ),
    -- Of the seven days before.
    spans_before AS MATERIALIZED
    (
        SELECT agent, sum(f.spans) AS spans, max(f.last_seen) AS last_at
        FROM usual_spans(until = {since:DateTime64(9, 'UTC')}) AS f
        GROUP BY agent
    ),
    mute AS
    (
        SELECT
            m.sender AS agent, any(b.spans) AS before, greatest(any(n.last_at), any(b.last_at)) AS last_span,
            uniqIf(m.message_id, m.event_time > n.after_at) AS messages,
            minIf(m.event_time, m.event_time > n.after_at) AS first_at, max(m.event_time) AS newest,
            groupArraySortedIf(1000)((m.event_time, m.message_id), m.event_time > n.after_at AND m.message_type = 'task') AS tasks,
            uniqIf(m.message_id, m.event_time > n.after_at AND m.message_type = 'task') AS task_count
        FROM
        (
            SELECT toString(source) AS sender, message_id, message_type, event_time
            FROM agent_messages
            WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(began) AND now AND event_time > began AND event_time <= now
                AND source != '' AND message_type IN ('task', 'result', 'error')
        ) AS m
        LEFT JOIN (SELECT agent, last_at, last_at + INTERVAL 1 MINUTE AS after_at FROM spans_now) AS n ON n.agent = m.sender
        LEFT JOIN spans_before AS b ON b.agent = m.sender
        GROUP BY agent
    ),
    sources AS MATERIALIZED
    (
        SELECT
            name, argMax(s.attributes, s.observed_at) AS last, max(s.observed_at) AS last_seen,
            arraySort(groupArray((s.observed_at, JSONExtractString(s.attributes, 'state')))) AS seen,
            seen[arrayLastIndex(one -> one.2 != seen[-1].2, seen) + 1].1 AS state_since,
            if(last_seen < now - toIntervalMillisecond(toUInt32(2500 * least(greatest(JSONExtractFloat(last, 'keep_alive'), 60), 86400))), 'silent', JSONExtractString(last, 'state')) AS state
        FROM observed_things AS s
        WHERE kind = 'agent_telemetry.source' AND s.observed_at > now - INTERVAL 1 DAY AND s.observed_at <= now
        GROUP BY name
    ),
    gaps AS
    (
        SELECT
            concat('dead letters of ', toString(topic)) AS subject,
            if(startsWith(toString(topic), 'agent-queue-'), substring(toString(topic), 13), '') AS owner,
            if(count() < 10, 'low', '') AS severity, 0.95 AS sure, min(arrived_at) AS first_at, max(arrived_at) AS last_at,
            toUInt64(uniq(partition, offset, value_hash)) AS records, nan AS seconds,
            concat(toString(records), ' records of ', toString(topic), ' can be stored in no table (', arrayStringConcat(arraySort(groupUniqArray(5)(toString(reason))), ', '), ')') AS why,
            concat('SELECT reason, partition, offset, value FROM dead_letters FINAL WHERE topic = ''', toString(topic), ''' ORDER BY arrived_at DESC LIMIT 5') AS look,
            CAST([], 'Array(Tuple(DateTime64(9, \'UTC\'), String))') AS sent, toUInt64(0) AS task_count
        FROM dead_letters
        WHERE arrived_at > began AND arrived_at <= now AND reason != 'half_surrogate'
        GROUP BY topic
        HAVING records >= {min_records:Float64}
        UNION ALL
        SELECT
            concat('gone records of ', toString(topic)), '', '', 0.95, min(arrived_at), max(arrived_at), toUInt64(uniq(partition, offset)), nan,
            concat(toString(uniq(partition, offset)), ' records of ', toString(topic), ' reached no table, and Kafka has them no more'),
            concat('SELECT partition, offset FROM otlp_records FINAL WHERE outcome = ''gone'' AND topic = ''', toString(topic), ''' ORDER BY partition, offset LIMIT 20'), [], 0
        FROM otlp_records
        WHERE outcome = 'gone' AND arrived_at > began AND arrived_at <= now
        GROUP BY topic
        UNION ALL
        SELECT
            concat('missing records of ', topic), substring(topic, 13), '', if(sum(missing) >= 20, 0.95, 0.8), looked, now, toUInt64(sum(missing)), nan,
            concat(toString(sum(missing)), ' records of ', topic, ' are in Kafka and in no table'),
            concat('SELECT partition, max(offset) FROM agent_messages WHERE topic = ''', topic, ''' GROUP BY partition'), [], 0
        FROM holes
        GROUP BY topic
        UNION ALL
        SELECT
            concat('pipeline ', pipeline), '', if(now - moved_at > 1800, 'critical', ''), 0.95, moved_at, seen_at, toUInt64(greatest(records, 0)), toFloat64(dateDiff('second', moved_at, now)),
            concat('the pipeline (', pipeline, ') is ', toString(toUInt64(greatest(records, 0))), ' records behind for ', toString(dateDiff('second', moved_at, now)), ' s'),
            concat('SELECT topic, partition, value FROM kafka_latest FINAL WHERE metric = ''kafka.consumer_group.lag'' AND consumer_group = ''', pipeline, ''''), [], 0
        FROM behind
        UNION ALL
        SELECT
            concat('no spans of ', agent), agent, if(before = 0, 'low', ''), if(before = 0, 0.5, 0.9), first_at, newest, messages,
            if(last_span > never, toFloat64(dateDiff('second', last_span, now)), nan),
            concat(agent, ' sent ', toString(messages), ' messages and no span', if(before = 0, ', while others send theirs', ' since')),
            concat('SELECT max(event_time) FROM span_outlines WHERE replaceAll(lower(splitByChar('':'', agent_name)[1]), '' '', ''-'') = ''', agent, ''''),
            tasks, toUInt64(task_count)
        FROM mute
        WHERE messages >= {min_messages:Float64} AND (before >= {min_messages:Float64} AND dateDiff('second', last_span, newest) >= {min_silent_seconds:Float64} OR before = 0 AND last_span = never AND (SELECT count() FROM spans_before WHERE spans > 0) > 0)
        UNION ALL
        SELECT
            concat('source ', name), '', if(name LIKE '%-metrics', 'low', ''), 0.9, if(state = 'silent', last_seen, state_since) AS from_time, last_seen, 0,
            toFloat64(dateDiff('second', from_time, now)),
            concat('the observer sees nothing of ', name, ' (', state, ')', if(JSONExtractString(last, 'message') = '' OR state = 'silent', '', concat(': ', JSONExtractString(last, 'message')))),
            concat('SELECT observed_at, attributes FROM observed_things WHERE kind = ''agent_telemetry.source'' AND name = ''', name, ''' ORDER BY observed_at DESC LIMIT 5'), [], 0
        FROM sources
        WHERE state IN ('silent', 'unreachable', 'refused') AND (SELECT countIf(state != 'silent') FROM sources) > 0
        UNION ALL
        SELECT
            'observer', '', '', 0.9, max(last_seen), max(last_seen), 0, toFloat64(dateDiff('second', max(last_seen), now)),
            concat('nothing came of the observer since ', toString(toDateTime(max(last_seen), 'UTC'))),
            'SELECT name, max(observed_at) FROM observed_things WHERE kind = ''agent_telemetry.source'' GROUP BY name', [], 0
        FROM sources
        HAVING countIf(state != 'silent') = 0 AND count() > 0
    )
SELECT
    subject,
    arrayFilter(a -> a != '', [owner]) AS agents,
    severity,
    sure AS confidence,
    first_at AS first_seen,
    last_at AS last_seen,
    arrayDistinct(arrayMap(t -> t.2, sent)) AS task_ids,
    CAST([], 'Array(String)') AS trace_ids,
    CAST([], 'Array(String)') AS error_ids,
    toUInt64(greatest(task_count, length(task_ids))) AS tasks,
    toUInt64(0) AS traces,
    toUInt64(0) AS errors,
    CAST((['records', 'seconds'], [if(records > 0, toFloat64(records), nan), seconds]), 'Map(String, Float64)') AS figures,
    CAST((['why', 'look'], [leftUTF8(why, 200), look]), 'Map(String, String)') AS facts
FROM gaps
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY sure DESC, records DESC, subject
LIMIT {most:UInt32}
