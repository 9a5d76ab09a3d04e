-- A message that was begun again and again, by one process after the other, and each ended or failed.
WITH
    {since:DateTime64(9, 'UTC')} AS from_time,
    {at:DateTime64(9, 'UTC')} AS now,
    -- Tasks that wait and were begun more than once, and answered ones (by then, or since): those that took longest
    -- beside most of their agent.
    candidates AS MATERIALIZED
    (
        SELECT message_hash AS hash FROM open_signs
        WHERE event_time <= now AND is_deleted = 0 AND event_name IN ('agent_telemetry.task.started', 'agent_telemetry.task.claimed', 'process')
        GROUP BY message_hash
        HAVING count() >= {min_tries:Float64} AND max(event_time) >= from_time
        UNION DISTINCT
        SELECT message_hash
        FROM
        (
            SELECT message_hash, agent, answered_at, dateDiff('millisecond', event_time, answered_at) AS took,
                outcome, quantileIf(0.5)(took, outcome != 'superseded') OVER (PARTITION BY agent) AS usual
            FROM answered_tasks
            WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time - INTERVAL 1 HOUR) AND now
                AND event_time <= least(now, answered_at) AND is_deleted = 0
        )
        WHERE outcome = 'superseded' OR answered_at >= from_time
        ORDER BY outcome = 'superseded' DESC, took / usual DESC, answered_at DESC
        LIMIT 1000
    ),
    begun_often AS MATERIALIZED
    (
        SELECT message_hash
        FROM task_events
        WHERE message_hash IN (SELECT hash FROM candidates) AND event_time <= now
        GROUP BY message_hash
        HAVING greatest(countIf(event_name = 'agent_telemetry.task.started'), countIf(event_name = 'agent_telemetry.task.claimed'), countIf(event_name = 'process')) >= {min_tries:Float64}
    ),
    tries AS MATERIALIZED
    (
        SELECT
            message_hash, any(message_id) AS task,
            uniqIf(event_id, event_name = 'agent_telemetry.task.started') AS started,
            uniqIf(event_id, event_name = 'agent_telemetry.task.claimed') AS claimed,
            uniqIf(event_id, event_name = 'process') AS processed,
            uniqIf(event_id, event_name = 'agent_telemetry.task.done' AND outcome IN ('completed', '')) AS completed,
            uniqIf(event_id, event_name = 'agent_telemetry.task.done' AND outcome NOT IN ('completed', '')) AS failed,
            groupUniqArray(20)(replaceAll(lower(agent_name), ' ', '-')) AS readers,
            minIf(event_time, event_name != 'agent_telemetry.task.heartbeat') AS first_try,
            maxIf(event_time, event_name IN ('agent_telemetry.task.started', 'agent_telemetry.task.claimed', 'process')) AS last_try,
            greatest(started, claimed, processed) AS times
        FROM task_events
        WHERE message_hash IN (SELECT message_hash FROM begun_often) AND event_time <= now AND message_id != ''
        GROUP BY message_hash
        HAVING times >= {min_tries:Float64} AND last_try >= from_time
    ),
    -- What the spans of these tries say: one that failed, or none at all of a try that was cut off.
    spans AS MATERIALIZED
    (
        SELECT message_id, uniqExact(span_id) AS processed, uniqExactIf(span_id, status = 'failed') AS failed,
            argMax(error_type, event_time) AS kind_of_error, argMax(s.error_message, event_time) AS said
        FROM span_outlines AS s FINAL
        WHERE bucket IN (SELECT bucket FROM trace_buckets WHERE trace_id IN (SELECT trace_id FROM tasks WHERE message_id IN (SELECT task FROM tries)))
            AND event_time <= now AND otel_kind = 'Consumer' AND message_id IN (SELECT task FROM tries)
        GROUP BY message_id
    ),
    known AS MATERIALIZED
    (
        SELECT message_id, toString(t.agent) AS owner, toString(t.source) AS sender, trace_id, event_time AS sent, topic, t.partition AS at_partition, t.offset AS at_offset
        FROM tasks AS t FINAL
        WHERE message_id IN (SELECT task FROM tries)
    ),
    answers AS MATERIALIZED
    (
        SELECT parent_message_id, uniqExact(a.message_id) AS given, countIf(message_type = 'result') AS results,
            maxIf(event_time, message_type = 'redrive') AS sent_again
        FROM task_answers AS a FINAL
        WHERE parent_hash IN (SELECT message_hash FROM tries) AND event_time <= now
        GROUP BY parent_message_id
    )
SELECT
    task AS subject,
    arraySlice(arrayDistinct(arrayFilter(a -> a != '', arrayConcat([owner], arraySort(readers), [sender]))), 1, 20) AS agents,
    if(is_over, 'medium', '') AS severity,
    least(0.98, 0.6 + 0.08 * failures) AS confidence,
    first_try AS first_seen,
    last_try AS last_seen,
    [task] AS task_ids,
    if(trace_id = '', [], [trace_id]) AS trace_ids,
    []::Array(String) AS error_ids,
    toUInt64(1) AS tasks,
    toUInt64(trace_id != '') AS traces,
    toUInt64(0) AS errors,
    map('tries', toFloat64(times), 'failed_tries', toFloat64(failures), 'readers', toFloat64(length(readers)),
        'seconds_since_sent', dateDiff('millisecond', sent, last_try) / 1000) AS figures,
    mapFilter((k, v) -> v != '', map('topic', toString(topic), 'partition', toString(at_partition), 'offset', toString(at_offset),
        'error_type', kind_of_error, 'error', said, 'sender', sender, 'outcome', if(is_over, 'answered in the end', 'not answered'))) AS facts
FROM
(
    SELECT
        t.task AS task, t.times AS times, t.readers AS readers, t.first_try AS first_try, t.last_try AS last_try,
        k.owner AS owner, k.sender AS sender, k.trace_id AS trace_id, k.sent AS sent, k.topic AS topic, k.at_partition AS at_partition, k.at_offset AS at_offset,
        s.kind_of_error AS kind_of_error, s.said AS said,
        a.results > 0 AS is_over, a.sent_again AS sent_again,
        -- Whoever ended well did not fail; a span says so of agents without state events. The last try may still go on.
        greatest(toInt64(t.completed), toInt64(s.processed) - toInt64(s.failed), toInt64(a.results > 0)) AS well,
        toInt64(t.times) - well - (NOT is_over AND well = 0 AND t.failed < t.times AND s.failed < t.times) AS failures
    FROM tries AS t
    INNER JOIN known AS k ON k.message_id = t.task
    LEFT JOIN spans AS s ON s.message_id = t.task
    LEFT JOIN answers AS a ON a.parent_message_id = t.task
)
-- Sent again it is somebody else's, unless it is read on.
WHERE failures >= {min_tries:Float64} AND last_try > sent_again AND ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY is_over, failures DESC, subject
LIMIT {most:UInt32}
