-- Work out the failures of what arrivals from `since` to `until` touched: what is new or other is
-- written, and a mark for what is no failure any more. In one block, so that it is seen at once. The units
-- are asked for with the same words as in the view, so that they are worked out once.
INSERT INTO known_failures
SELECT * EXCEPT (is_new, is_single, is_same) REPLACE (NOT is_new AS is_deleted, now64(6, 'UTC') AS computed_at)
FROM
(
    SELECT
        *,
        count() OVER same = 1 AS is_single,
        min(digest) OVER same = max(digest) OVER same AS is_same
    FROM
    (
        SELECT *, true AS is_new
        FROM changed_failures(since = {since:DateTime64(6, 'UTC')}, until = {until:DateTime64(6, 'UTC')}, shard = {shard:UInt32}, shards = {shards:UInt32})
        UNION ALL
        SELECT *, false AS is_new
        FROM stored_failures
        WHERE unit IN (SELECT arrayJoin((SELECT groupArray(unit) FROM touched_units(since = {since:DateTime64(6, 'UTC')}, until = {until:DateTime64(6, 'UTC')}, shard = {shard:UInt32}, shards = {shards:UInt32}))))
    )
    WINDOW same AS (PARTITION BY event_time, failure_id)
)
WHERE is_single OR is_new AND NOT is_same
SETTINGS max_insert_threads = 1
