-- Work that is passed around in a circle: in one conversation (or trace, without one) the same handoffs again and again,
-- with the same words. In a review that converges the words change from round to round.
WITH
    {at:DateTime64(9, 'UTC')} AS now,
    -- A slow circle began before the window.
    {since:DateTime64(9, 'UTC')} - toIntervalSecond(least(3600, dateDiff('second', {since:DateTime64(9, 'UTC')}, now))) AS from_time,
    -- Conversations with handoffs that happened more than once and make a circle. Three times without those who send
    -- nothing on, or get nothing, leaves circles and what lies between them.
    suspects AS MATERIALIZED
    (
        SELECT conversation
        FROM
        (
            SELECT if(conversation_id != '', conversation_id, trace_id) AS conversation, source, m.agent AS agent, count() AS times
            FROM agent_messages AS m
            WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time) AND now AND event_time BETWEEN from_time AND now
                AND message_type = 'task' AND source != m.agent AND source != '' AND conversation != ''
            GROUP BY conversation, source, agent
            HAVING times > 1
        )
        GROUP BY conversation
        HAVING count() > 1 AND sum(times) >= {min_handoffs:Float64}
            AND notEmpty(arrayFold(
                (kept, step) -> arrayFilter(e -> arrayExists(f -> f.1 = e.2, kept) AND arrayExists(f -> f.2 = e.1, kept), kept),
                range(3), groupArray((toString(source), toString(agent)))))
    ),
    handoffs AS MATERIALIZED
    (
        SELECT
            conversation, message_id, sender, receiver, sent, hop, trace, words,
            lagInFrame(words) OVER (PARTITION BY conversation, sender, receiver ORDER BY sent, message_id) AS before,
            row_number() OVER (PARTITION BY conversation, sender, receiver ORDER BY sent, message_id) AS round
        FROM
        (
            SELECT
                if(conversation_id != '', conversation_id, trace_id) AS conversation,
                message_id,
                toString(any(m.source)) AS sender,
                toString(any(m.agent)) AS receiver,
                min(event_time) AS sent,
                any(hop_count) AS hop,
                any(trace_id) AS trace,
                arraySort(arrayDistinct(arraySlice(extractAll(lowerUTF8(substringUTF8(any(payload), 1, 10000)), '[\\pL\\pN_.-]+'), 1, 1000))) AS words
            FROM agent_messages AS m
            WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time) AND now AND event_time BETWEEN from_time AND now
                AND message_type = 'task' AND m.source != m.agent AND m.source != '' AND conversation IN (SELECT conversation FROM suspects)
            GROUP BY conversation, message_id
        )
    ),
    loops AS MATERIALIZED
    (
        SELECT
            conversation,
            arraySort(groupArray((sent, message_id, trace, sender, receiver, hop, round, words = before ? 1 : arrayJaccardIndex(words, before)))) AS every,
            arrayFold(
                (kept, step) -> arrayFilter(e -> arrayExists(f -> f.1 = e.2, kept) AND arrayExists(f -> f.2 = e.1, kept), kept),
                range(5), arrayDistinct(arrayMap(h -> (h.4, h.5), arrayFilter(h -> h.7 > 1, every)))) AS ring,
            arrayFilter(h -> has(ring, (h.4, h.5)), every) AS own,
            arrayFilter(s -> NOT isNaN(s), arrayMap(h -> h.8, arrayFilter(h -> h.7 > 1, own))) AS alike,
            arrayFilter(hop -> isNotNull(hop), arrayMap(h -> h.6, own)) AS hops,
            arrayMin(arrayMap(e -> arrayMax(arrayMap(h -> h.7, arrayFilter(h -> (h.4, h.5) = e, own))), ring)) AS rounds
        FROM handoffs
        GROUP BY conversation
        HAVING notEmpty(ring) AND length(own) >= {min_handoffs:Float64} AND own[-1].1 >= {since:DateTime64(9, 'UTC')}
            AND arrayAvg(alike) >= {min_similarity:Float64}
            -- Who asks again and again of its own accord does not let the count of handoffs rise.
            AND (empty(hops) OR arrayMax(hops) - arrayMin(hops) >= rounds)
    )
SELECT
    arrayStringConcat(arraySort(arrayDistinct(arrayMap(e -> e.1, ring))), ' > ') AS subject,
    arraySlice(arrayDistinct(arrayMap(h -> h.4, argMin(own, (own[1].1, conversation)))), 1, 20) AS agents,
    '' AS severity,
    least(0.98, 0.5 + 0.05 * max(length(own)) + if(max(notEmpty(hops)), 0.1, 0)) AS confidence,
    min(own[1].1) AS first_seen,
    max(own[-1].1) AS last_seen,
    arraySlice(arrayDistinct(arrayMap(h -> h.2, arraySort(arrayFlatten(groupArray(own))))) AS every_id, 1, 1000) AS task_ids,
    arraySlice(arrayFilter(t -> t != '', arrayDistinct(arrayMap(h -> h.3, arraySort(arrayFlatten(groupArray(own)))))) AS every_trace, 1, 1000) AS trace_ids,
    []::Array(String) AS error_ids,
    toUInt64(length(every_id)) AS tasks,
    toUInt64(length(every_trace)) AS traces,
    toUInt64(0) AS errors,
    mapFilter((k, v) -> NOT isNaN(v), map(
        'handoffs', toFloat64(max(length(own))), 'rounds', toFloat64(max(rounds)), 'similarity', avg(arrayAvg(alike)), 'conversations', toFloat64(count()),
        'highest_hop_count', max(if(empty(hops), nan, toFloat64(assumeNotNull(arrayMax(hops))))))) AS figures,
    map('cycle', arrayStringConcat(arrayPushBack(agents, agents[1]), ' > '), 'conversation', argMin(conversation, (own[1].1, conversation))) AS facts
FROM loops
GROUP BY subject
HAVING {agent:String} = '' OR has(agents, {agent:String})
ORDER BY max(length(own)) DESC, subject
LIMIT {most:UInt32}
