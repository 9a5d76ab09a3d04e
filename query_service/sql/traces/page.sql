-- Traces with their status, newest first. Without a filter only the newest are looked at.
-- A trace failed when its record says so, or a span without a known parent failed; else it is
-- what its record says; else it runs while a span runs, or while its root has not come and
-- something happened within the hour.
WITH
    newest AS
    (
        SELECT trace_id, min(start_time) AS start_time
        FROM trace_index
        WHERE {trace_id:String} = '' OR trace_id = {trace_id:String}
        GROUP BY trace_id
        HAVING start_time <= {at:DateTime64(9, 'UTC')}
        ORDER BY start_time DESC, trace_id
        LIMIT if({status:String} = '' AND {session_id:String} = '' AND {user_id:String} = '', {limit:UInt32}, 4294967295)
    ),
    records AS
    (
        SELECT *
        FROM trace_records FINAL
        WHERE trace_id IN (SELECT trace_id FROM newest) AND ifNull(end_time, event_time) <= {at:DateTime64(9, 'UTC')}
    ),
    of_trace AS
    (
        SELECT
            *,
            splitByChar(':', agent_name)[1] AS agent,
            if(agent_id = '', replaceAll(lower(agent), ' ', '-'), agent_id) AS agent_key,
            least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) <= {at:DateTime64(9, 'UTC')}
                OR (isNull(end_time) AND status NOT IN ('running', 'waiting')) AS is_over,
            if(is_over, status, 'running') AS state
        FROM spans
        WHERE trace_id IN (SELECT trace_id FROM newest) AND event_time <= {at:DateTime64(9, 'UTC')}
    ),
    summaries AS
    (
        SELECT
            trace_id,
            count() AS span_count,
            min(event_time) AS first_start,
            maxIf(end_time, is_over) AS last_end,
            greatest(max(event_time), ifNull(last_end, max(event_time))) AS last_sign,
            countIf(state IN ('running', 'waiting')) AS running,
            groupArray(span_id) AS ids,
            arraySort(groupArrayIf((event_time, span_id, parent_span_id, error_message), state = 'failed')) AS failed,
            arrayFilter(f -> f.3 = '' OR NOT has(ids, f.3), failed) AS failed_tops,
            countIf(parent_span_id = '') > 0 AS has_root,
            argMin((agent_key, agent, state), (parent_span_id != '', event_time, span_id)) AS root,
            minIf(conversation_id, conversation_id != '') AS session,
            minIf(attributes['user.id'], attributes['user.id'] != '') AS user,
            sumIf(ifNull(input_tokens, 0) + ifNull(output_tokens, 0), is_over AND kind = 'llm_call') AS total_tokens,
            uniqExactIf(agent_key, agent_key != '') AS agent_count,
            countIf(kind = 'tool') AS tool_call_count,
            countIf(kind = 'llm_call') AS llm_call_count
        FROM of_trace
        GROUP BY trace_id
    )
SELECT
    n.trace_id AS trace_id,
    if(r.trace_id = '', '', toValidUTF8(r.record)) AS record,
    if(r.session_id = '', s.session, r.session_id) AS session,
    if(r.user_id = '', s.user, r.user_id) AS user,
    s.root.1 AS root_agent_id,
    s.root.2 AS root_agent_name,
    multiIf(
        r.status = 'failed' OR notEmpty(s.failed_tops), 'failed',
        r.status NOT IN ('', 'running', 'waiting'), r.status,
        s.running > 0 OR (NOT s.has_root AND s.last_sign > {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR), 'running',
        s.root.3 = 'cancelled', 'cancelled',
        'completed') AS status,
    least(n.start_time, if(s.trace_id = '', n.start_time, s.first_start)) AS started_at,
    if(status = 'running', NULL, greatest(ifNull(r.end_time, s.last_end), ifNull(s.last_end, r.end_time))) AS ended_at,
    if(ended_at < started_at, NULL, (toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(started_at)) / 1e6) AS duration_ms,
    s.span_count AS span_count,
    s.total_tokens AS total_tokens,
    s.agent_count AS agent_count,
    s.tool_call_count AS tool_call_count,
    s.llm_call_count AS llm_call_count,
    if(empty(s.failed_tops), '', s.failed_tops[1].4) AS error_message
FROM newest AS n
LEFT JOIN records AS r ON r.trace_id = n.trace_id
LEFT JOIN summaries AS s ON s.trace_id = n.trace_id
WHERE ({status:String} = '' OR status = {status:String})
    AND ({session_id:String} = '' OR session = {session_id:String})
    AND ({user_id:String} = '' OR user = {user_id:String})
ORDER BY n.start_time DESC, n.trace_id
LIMIT {limit:UInt32}
