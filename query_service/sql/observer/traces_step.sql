-- How far the next step goes: so many arrivals, or all, and in which five minutes spans of these began.
-- `is_kept`: the arrivals since the position are all there; where they are not, everything is worked
-- out again.
WITH
    (
        SELECT max(since)
        FROM observer_progress FINAL
        WHERE job = 'traces'
    ) AS position,
    (
        SELECT if(count() = 0, now64(6, 'UTC'), min(inserted_at))
        FROM arrivals
    ) AS oldest,
    (
        SELECT inserted_at
        FROM arrivals
        WHERE inserted_at >= position
        ORDER BY inserted_at
        LIMIT 1 OFFSET {rows:UInt32}
    ) AS nth,
    (
        SELECT minOrNull(inserted_at)
        FROM arrivals
        WHERE inserted_at > nth
    ) AS after_nth
SELECT
    toDateTime64(position, 6, 'UTC') AS touched_from,
    ifNull(after_nth, now64(6, 'UTC')) AS touched_to,
    (
        SELECT (count(), groupUniqArrayIf(toStartOfFiveMinutes(event_time), kind = 'span'))
        FROM arrivals
        WHERE inserted_at >= position AND inserted_at < touched_to AND kind IN ('span', 'trace_record')
    ) AS came,
    came.1 AS touched,
    came.2 AS buckets,
    (SELECT count() FROM arrivals WHERE inserted_at >= touched_to) AS left,
    -- The position stands inside, so that the table is read only where it matters.
    (
        SELECT count()
        FROM trace_buckets
        WHERE position < now64(6, 'UTC') - INTERVAL 46 HOUR AND arrived_at < oldest - INTERVAL 1 HOUR
    ) = 0 AS is_kept
