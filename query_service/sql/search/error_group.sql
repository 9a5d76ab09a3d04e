-- The group of errors with a fingerprint, at the time of its latest report; `resource_id` is that of its first.
SELECT
    {fingerprint:String} AS id, 'error_group' AS kind, '' AS trace_id, any(error_type) AS title, '' AS agent,
    toDateTime(max(r.event_time), 'UTC') AS event_time, toInt64(toUnixTimestamp(event_time)) * 1000000000 AS key_time,
    formatDateTime(min(r.event_time), '%Y-%m-%dT%H:%i:%S') AS resource_id
FROM error_reports AS r
WHERE group_id = reinterpretAsUInt64(reverse(unhex({fingerprint:String})))
    AND r.event_time >= {since:DateTime64(9, 'UTC')} AND r.event_time < {until:DateTime64(9, 'UTC')}
    AND r.event_time <= {at:DateTime64(9, 'UTC')}
HAVING count() > 0
