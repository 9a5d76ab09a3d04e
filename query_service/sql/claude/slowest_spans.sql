-- What the time of each of these traces went into: the span with the longest time of its own, without its children.
WITH spans AS MATERIALIZED
(
    SELECT
        trace_id, span_id, parent_span_id, name, kind, agent_name, model, tool_name,
        ifNull(input_tokens, 0) + ifNull(output_tokens, 0) AS tokens,
        isNull(end_time) OR end_time > {at:DateTime64(9, 'UTC')} AS is_open,
        greatest(0, toUnixTimestamp64Nano(if(is_open, {at:DateTime64(9, 'UTC')}, assumeNotNull(end_time))) - toUnixTimestamp64Nano(start_time)) / 1e6 AS took
    FROM span_outlines FINAL
    WHERE bucket BETWEEN toStartOfFiveMinutes({since:DateTime64(9, 'UTC')}) AND {at:DateTime64(9, 'UTC')}
        AND event_time <= {at:DateTime64(9, 'UTC')} AND trace_id IN {traces:Array(String)}
)
SELECT
    s.trace_id AS trace_id,
    argMax((s.span_id, s.name, toString(s.kind), s.agent_name, toString(s.model), s.tool_name, s.took, greatest(0, s.took - c.took), s.tokens, c.llm_calls, s.is_open), (s.took - c.took, s.span_id)) AS slowest
FROM spans AS s
LEFT JOIN
(
    SELECT trace_id, parent_span_id, sum(took) AS took, countIf(kind = 'llm_call') AS llm_calls
    FROM spans
    GROUP BY trace_id, parent_span_id
) AS c ON c.trace_id = s.trace_id AND c.parent_span_id = s.span_id
GROUP BY s.trace_id
