-- The same as totals of now and all times, by one of severity, category and agent at most: without
-- comparing each report of each failure. `from_time` is that of the failure at place `limit` from
-- the newest on: a page of so many shows no older report.
SELECT
    count() AS total,
    sum(f.reports) AS total_reports,
    greatest(toUnixTimestamp64Nano(max(arrived_at)), 0) AS arrived_until,
    -groupArraySorted({limit:UInt32})(-toUnixTimestamp64Nano(event_time))[{limit:UInt32}] AS from_time
FROM {source:Identifier} AS f
WHERE unit NOT IN {units:Array(String)}
    AND ({error_type:String} = '' OR error_type = {error_type:String})
    AND ({fingerprint:String} = '' OR group_id = reinterpretAsUInt64(reverse(unhex({fingerprint:String}))))
    AND ({severity:String} = '' OR has(report_severities, {severity:String}))
    AND ({category:String} = '' OR has(report_categories, {category:String}))
    AND ({agent:String} = '' OR has(report_agents, {agent:String}))
