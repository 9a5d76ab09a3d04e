-- The same as the first page of list of now and all times, by one of severity, category and agent
-- at most, when it shows no report from before `from_time` (Unix ns).
SELECT
    failure_id,
    f.report_ids[shown] AS error_id,
    toUnixTimestamp64Nano(report_times[shown]) AS key_time,
    f.reports AS reports,
    arraySlice(f.report_ids, 1, 50) AS report_ids,
    lower(hex(group_id)) AS fingerprint,
    release,
    multiIf(
        {severity:String} != '', indexOf(report_severities, {severity:String}),
        {category:String} != '', indexOf(report_categories, {category:String}),
        {agent:String} != '', indexOf(report_agents, {agent:String}),
        1) AS shown
FROM {source:Identifier} AS f
WHERE shown > 0 AND unit NOT IN {units:Array(String)}
    AND last_time >= fromUnixTimestamp64Nano({from_time:Int64}, 'UTC')
    AND ({error_type:String} = '' OR error_type = {error_type:String})
    AND ({fingerprint:String} = '' OR group_id = reinterpretAsUInt64(reverse(unhex({fingerprint:String}))))
    AND ({is_live:Bool} OR (event_time, failure_id) IN
    (
        SELECT event_time, failure_id
        FROM known_failures
        WHERE last_time >= fromUnixTimestamp64Nano({from_time:Int64}, 'UTC')
            AND ({error_type:String} = '' OR error_type = {error_type:String})
            AND ({fingerprint:String} = '' OR group_id = reinterpretAsUInt64(reverse(unhex({fingerprint:String}))))
            AND ({severity:String} = '' OR has(report_severities, {severity:String}))
            AND ({category:String} = '' OR has(report_categories, {category:String}))
            AND ({agent:String} = '' OR has(report_agents, {agent:String}))
    ))
ORDER BY key_time DESC, error_id DESC
LIMIT {limit:UInt32}
