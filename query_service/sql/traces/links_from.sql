-- Traces with spans that link to this one.
SELECT
    trace_id, 'from' AS direction, uniqExact(span_id) AS links, arraySlice(arraySort(groupUniqArray(span_id)), 1, 10) AS span_ids
FROM trace_links
WHERE linked_trace_id = {trace_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY trace_id
ORDER BY trace_id
LIMIT {limit:UInt32}
