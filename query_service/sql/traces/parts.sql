-- Where the parts of a trace are: its events, five minutes that it may have its summary in, and whether it has
-- handoff records, traces that link to it, or anything that came and the observer has not worked out. One
-- statement, since each costs 3 ms whatever it asks, and rows as they are: counting and collecting them
-- in each part took as long again.
WITH
    (
        SELECT toDateTime64(max(since), 6, 'UTC')
        FROM observer_progress FINAL
        WHERE job = 'traces'
    ) AS position
SELECT 'event' AS part, event_id AS id
FROM trace_events
WHERE trace_id = {trace_id:String}
UNION ALL
SELECT 'bucket' AS part, toString(bucket) AS id
FROM trace_buckets
WHERE trace_id = {trace_id:String}
UNION ALL
SELECT 'record' AS part, '' AS id
FROM trace_handoffs
WHERE trace_id = {trace_id:String} AND record != ''
LIMIT 1
UNION ALL
SELECT 'link' AS part, '' AS id
FROM trace_links
WHERE linked_trace_id = {trace_id:String}
LIMIT 1
UNION ALL
SELECT 'arrived' AS part, '' AS id
FROM arrivals
WHERE inserted_at >= position AND kind IN ('span', 'trace_record') AND trace_id = {trace_id:String}
LIMIT 1
UNION ALL
-- arrivals does not reach back to a position of long ago.
SELECT 'arrived' AS part, '' AS id
WHERE position < now() - INTERVAL 46 HOUR
