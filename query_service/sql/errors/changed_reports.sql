-- Reports that are or were of some units, which are traces or reports without one (`ids`): of each the row
-- that a merge keeps.
SELECT
    error_id,
    if(trace_id = '', concat('report ', error_id), trace_id) AS unit,
    trace_id,
    span_id,
    toUnixTimestamp64Nano(event_time) AS time,
    toUnixTimestamp64Nano(arrived_at) AS arrival,
    fingerprint AS alike,
    severity,
    category,
    replaceAll(lower(agent_name), ' ', '-') AS agent,
    lower(hex(group_id)) AS group_key,
    error_type,
    agent_name,
    replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS owner,
    release
FROM error_reports
WHERE error_id IN
(
    SELECT error_id
    FROM error_reports
    WHERE trace_id IN {units:Array(String)} OR trace_id = '' AND error_id IN {ids:Array(String)}
)
ORDER BY error_id, version DESC
LIMIT 1 BY error_id
LIMIT {most:UInt32}
