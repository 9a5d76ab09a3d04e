-- What the spans of some traces show at a time, worked out as in the view traces_computed, which takes far
-- longer to plan. Their records are asked for beside it.
WITH
    event_time <= {at:DateTime64(9, 'UTC')} AS is_known,
    splitByChar(':', agent_name)[1] AS agent,
    replaceAll(lower(agent), ' ', '-') AS normalised,
    if(agent_id = '', normalised, agent_id) AS agent_key,
    ifNull(least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')), event_time) AS over_at,
    over_at <= {at:DateTime64(9, 'UTC')} AND (isNotNull(end_time) OR status NOT IN ('running', 'waiting')) AS is_over,
    if(is_over, status, 'running') AS state,
    arraySort(groupArrayIf((event_time, span_id, parent_span_id, error_message), is_known AND state = 'failed')) AS failed,
    -- Ids, and after each the failures below it: has(ids, …) for each would hold ids that often.
    arraySort(arrayConcat(
        arrayMap(id -> (id, 0), if(empty(failed), [], groupArrayIf(span_id, is_known))),
        arrayMap((f, place) -> (f.3, place), failed, arrayEnumerate(failed)))) AS lines,
    arrayMin(arrayFilter(
        (line, above) -> line.2 > 0 AND (line.1 = '' OR above.2 > 0 OR above.1 != line.1),
        lines, arrayFill(line -> line.2 = 0, lines)).2) AS top_place,
    argMinIf((agent_key, agent, state), (parent_span_id != '', event_time, span_id), is_known) AS root
SELECT
    trace_id,
    min(event_time) AS start_time,
    toUnixTimestamp64Nano(start_time) AS key_time,
    maxIf(s.end_time, is_known AND is_over) AS last_end,
    toUnixTimestamp64Nano(last_end) AS last_end_ns,
    greatest(
        toUnixTimestamp64Nano(maxIf(event_time, is_known)),
        ifNull(last_end_ns, toUnixTimestamp64Nano(maxIf(event_time, is_known)))) AS last_sign_ns,
    countIf(is_known) AS span_count,
    countIf(is_known AND state IN ('running', 'waiting')) AS open_spans,
    countIf(is_known AND state = 'failed') AS failed_spans,
    countIf(is_known AND kind = 'llm_call') AS llm_calls,
    countIf(is_known AND kind = 'tool') AS tool_calls,
    sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), is_known AND is_over AND kind = 'llm_call') AS total_tokens,
    round(sumOrNullIf(s.cost, is_known AND is_over), 9) AS cost,
    countIf(is_known AND parent_span_id = '') > 0 AS has_root,
    root.1 AS root_agent_id, root.2 AS root_agent_name, root.3 AS root_status,
    arraySort(groupUniqArrayIf(normalised, is_known AND normalised != '')) AS agents,
    uniqExactIf(agent_key, is_known AND agent_key != '') AS agent_count,
    arraySort(groupUniqArrayIf(model, is_known AND model != '')) AS models,
    minIf(conversation_id, is_known AND conversation_id != '') AS session_id,
    minIf(s.user_id, is_known AND s.user_id != '') AS user_id,
    arraySlice(failed, greatest(top_place, 1), top_place > 0) AS failed_top,
    argMinIf(s.user_input, (event_time, span_id), is_known AND s.user_input != '') AS user_input,
    arrayLast(a -> a.3 = root.1, arraySort(groupArrayIf((event_time, span_id, agent_key, response), is_known AND is_over AND response != ''))).4 AS final_output
FROM span_outlines AS s FINAL
WHERE (bucket, trace_id) IN (SELECT bucket, trace_id FROM trace_buckets WHERE trace_id IN {trace_ids:Array(String)})
GROUP BY trace_id
SETTINGS optimize_move_to_prewhere_if_final = 1
