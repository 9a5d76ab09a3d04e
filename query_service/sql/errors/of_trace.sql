-- Failures of a trace, newest first.
SELECT
    failure_id,
    failure_id AS error_id,
    toUnixTimestamp64Nano(event_time) AS key_time,
    arrayCount(time -> time <= {at:DateTime64(9, 'UTC')}, report_times) AS reports,
    arraySlice(f.report_ids, 1, least(reports, 50)) AS report_ids,
    lower(hex(group_id)) AS fingerprint,
    release
FROM {source:Identifier} AS f
WHERE unit NOT IN {units:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')} AND trace_id = {trace_id:String}
    AND ({is_live:Bool} OR (event_time, failure_id) IN (SELECT event_time, failure_id FROM known_failures WHERE unit = {trace_id:String}))
ORDER BY event_time DESC, failure_id DESC
LIMIT {limit:UInt32}
