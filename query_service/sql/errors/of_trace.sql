-- Reports that are or were of a trace, each version.
SELECT
    error_id,
    trace_id AS unit,
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
    release,
    version
FROM error_reports
WHERE trace_id = {trace_id:String}
LIMIT {most:UInt32}
SETTINGS use_skip_indexes_on_data_read = 0
