-- One row for each trace touched, and the mark that it is in no other bucket: as the view traces_computed has
-- them, which takes longer to plan and asks several times which they are.
INSERT INTO trace_summaries
(
    bucket, trace_id, start_time, end_time, last_sign, settled_at, decided, awaits_root, span_count, open_spans, running_spans,
    failed_spans, llm_calls, tool_calls, total_tokens, cost, root_agent_id, root_agent_name, agents, agent_count, models,
    session_id, user_id, names, failed_span_id, error_message, user_input, final_output, record, arrived_at, is_deleted
)
WITH
    touched AS
    (
        SELECT trace_id
        FROM arrivals
        WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND inserted_at < {touched_to:DateTime64(6, 'UTC')}
            AND kind IN ('span', 'trace_record') AND trace_id != ''
        UNION ALL
        SELECT trace_id
        FROM trace_buckets
        WHERE {bucket_from:DateTime('UTC')} < {bucket_to:DateTime('UTC')}
            AND bucket >= {bucket_from:DateTime('UTC')} AND bucket < {bucket_to:DateTime('UTC')}
    ),
    computed AS
    (
        WITH
            splitByChar(':', agent_name)[1] AS agent,
            replaceAll(lower(agent), ' ', '-') AS normalised,
            if(agent_id = '', normalised, agent_id) AS agent_key,
            ifNull(least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')), event_time) AS over_at,
            isNotNull(end_time) OR status NOT IN ('running', 'waiting') AS is_over,
            if(is_over, status, 'running') AS state,
            arraySort(groupArrayIf((event_time, span_id, parent_span_id, error_message), state = 'failed')) AS failed,
            -- Ids, and after each the failures below it: has(ids, …) for each would hold ids that often.
            arraySort(arrayConcat(
                arrayMap(id -> (id, 0), if(empty(failed), [], groupArray(span_id))),
                arrayMap((f, place) -> (f.3, place), failed, arrayEnumerate(failed)))) AS lines,
            arrayMin(arrayFilter(
                (line, above) -> line.2 > 0 AND (line.1 = '' OR above.2 > 0 OR above.1 != line.1),
                lines, arrayFill(line -> line.2 = 0, lines)).2) AS top_place,
            argMin((agent_key, agent, state), (parent_span_id != '', event_time, span_id)) AS first_root
        SELECT
            trace_id,
            groupUniqArray(bucket) AS buckets,
            min(event_time) AS start_time,
            maxIf(s.end_time, is_over) AS last_end,
            greatest(max(event_time), ifNull(last_end, max(event_time))) AS last_sign,
            max(greatest(event_time, over_at)) AS settled_at,
            max(s.arrived_at) AS last_arrived,
            count() AS spans,
            countIf(state IN ('running', 'waiting')) AS open_spans,
            countIf(state = 'running') AS running_spans,
            countIf(state = 'failed') AS failed_spans,
            countIf(kind = 'llm_call') AS llm_calls,
            countIf(kind = 'tool') AS tool_calls,
            sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), is_over AND kind = 'llm_call') AS total_tokens,
            round(sumOrNullIf(s.cost, is_over), 9) AS price,
            countIf(parent_span_id = '') > 0 AS has_root,
            first_root AS root,
            arraySort(groupUniqArrayIf(normalised, normalised != '')) AS agents,
            uniqExactIf(agent_key, agent_key != '') AS agent_count,
            arraySort(groupUniqArrayIf(model, model != '')) AS models,
            arraySort(groupUniqArray(100)(name)) AS names,
            minIf(conversation_id, conversation_id != '') AS session,
            minIf(s.user_id, s.user_id != '') AS user,
            arraySlice(failed, greatest(top_place, 1), top_place > 0) AS failed_top,
            argMinIf(s.user_input, (event_time, span_id), s.user_input != '') AS asked,
            arrayLast(a -> a.3 = first_root.1, arraySort(groupArrayIf((event_time, span_id, agent_key, response), is_over AND response != ''))).4 AS answered
        FROM span_outlines AS s FINAL
        WHERE (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id IN (SELECT trace_id FROM touched))
        GROUP BY trace_id
    ),
    records AS
    (
        SELECT trace_id, event_time, end_time, status, session_id, user_id, user_input, final_output, record, arrived_at
        FROM trace_records FINAL
        WHERE trace_id IN (SELECT trace_id FROM touched)
    ),
    r.trace_id != '' AS has_record,
    c.trace_id != '' AS has_spans,
    r.status NOT IN ('', 'running', 'waiting') AS is_told,
    arraySort(arrayDistinct(if(has_record, arrayPushBack(c.buckets, toStartOfFiveMinutes(r.event_time)), c.buckets))) AS places,
    multiIf(NOT has_record, c.start_time, NOT has_spans, r.event_time, least(c.start_time, r.event_time)) AS began
SELECT
    arrayJoin(places) AS place,
    if(has_spans, c.trace_id, r.trace_id) AS id,
    began,
    greatest(ifNull(r.end_time, c.last_end), ifNull(c.last_end, r.end_time)),
    if(has_spans, c.last_sign, began),
    greatest(began, c.settled_at, if(has_record, least(ifNull(r.end_time, r.event_time), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')), began)),
    multiIf(
        r.status = 'failed' OR notEmpty(c.failed_top), 'failed',
        is_told, r.status,
        c.open_spans > 0, 'running',
        c.root.3 = 'cancelled', 'cancelled',
        'completed'),
    has_spans AND NOT c.has_root AND empty(c.failed_top) AND NOT is_told,
    c.spans, c.open_spans, c.running_spans, c.failed_spans, c.llm_calls, c.tool_calls, c.total_tokens, c.price,
    c.root.1, c.root.2, c.agents, c.agent_count, c.models,
    if(r.session_id != '', r.session_id, c.session),
    if(r.user_id != '', r.user_id, c.user),
    c.names,
    c.failed_top[1].2,
    c.failed_top[1].4,
    if(r.user_input != '', substringUTF8(toValidUTF8(r.user_input), 1, 200), c.asked),
    if(r.final_output != '', substringUTF8(toValidUTF8(r.final_output), 1, 200), c.answered),
    toValidUTF8(r.record),
    greatest(c.last_arrived, r.arrived_at),
    place != places[1] AS is_deleted
FROM computed AS c
FULL JOIN records AS r ON r.trace_id = c.trace_id
