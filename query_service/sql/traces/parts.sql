-- Where the parts of a trace are: its events, its summary, handoff records, traces that link to it, and
-- whether anything of it came that the observer has not worked out. One statement,
-- since each costs 3 ms whatever it asks. The setting lets ClickHouse's cache of conditions keep where the
-- index of traces led: asked again, it takes half as long.
WITH
    (
        SELECT toDateTime64(max(since), 6, 'UTC')
        FROM observer_progress FINAL
        WHERE job = 'traces'
    ) AS position
SELECT 'events' AS part, '' AS id, groupUniqArray(event_id) AS ids, count() AS number
FROM events
WHERE trace_id = {trace_id:String}
UNION ALL
SELECT 'buckets' AS part, '' AS id, groupUniqArray(toString(bucket)) AS ids, count() AS number
FROM trace_buckets
WHERE trace_id = {trace_id:String}
UNION ALL
SELECT 'records' AS part, '' AS id, [] AS ids, count() AS number
FROM trace_handoffs
WHERE trace_id = {trace_id:String} AND record != ''
UNION ALL
-- arrivals does not reach back to a position of long ago.
SELECT 'arrived' AS part, '' AS id, [] AS ids, if(position < now() - INTERVAL 46 HOUR, 1, count()) AS number
FROM arrivals
WHERE inserted_at >= position AND kind IN ('span', 'trace_record') AND trace_id = {trace_id:String}
UNION ALL
SELECT 'links' AS part, trace_id AS id, arraySlice(arraySort(groupUniqArray(span_id)), 1, 10) AS ids, uniqExact(span_id) AS number
FROM trace_links
WHERE linked_trace_id = {trace_id:String} AND event_time <= {at:DateTime64(9, 'UTC')}
GROUP BY trace_id
ORDER BY id
LIMIT {limit:UInt32}
SETTINGS use_skip_indexes_on_data_read = 0
