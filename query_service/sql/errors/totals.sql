-- How many failures have a report that matches, how many reports those have, and the latest arrival.
-- What is not asked for is not read.
WITH
    {at:DateTime64(9, 'UTC')} >= '2100-01-01' AND {since:DateTime64(9, 'UTC')} = '1970-01-01' AND {until:DateTime64(9, 'UTC')} > '2100-01-01'
        AND {arrived_until:Int64} = 9223372036854775807 AND {text:String} = '' AS is_any_time
SELECT
    count() AS total,
    sum(if({at:DateTime64(9, 'UTC')} >= '2100-01-01', f.reports, arrayCount(time -> time <= {at:DateTime64(9, 'UTC')}, report_times))) AS total_reports,
    greatest(toUnixTimestamp64Nano(max(arrived_at)), 0) AS arrived_until
FROM {source:Identifier} AS f
WHERE unit NOT IN {units:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')} AND last_time >= {since:DateTime64(9, 'UTC')}
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({trace_id:String} = '' OR {is_live:Bool} OR (event_time, failure_id) IN (SELECT event_time, failure_id FROM known_failures WHERE unit = {trace_id:String}))
    AND ({error_type:String} = '' OR error_type = {error_type:String})
    AND ({fingerprint:String} = '' OR group_id = reinterpretAsUInt64(reverse(unhex({fingerprint:String}))))
    AND if({severity:String} = '' AND {category:String} = '' AND {agent:String} = '', true, arrayExists(
        (severity, category, agent) ->
            ({severity:String} = '' OR severity = {severity:String}) AND ({category:String} = '' OR category = {category:String}) AND ({agent:String} = '' OR agent = {agent:String}),
        f.report_severities, f.report_categories, f.report_agents))
    AND if(is_any_time, true, arrayExists(
        (id, time, arrival, severity, category, agent) ->
            time <= {at:DateTime64(9, 'UTC')} AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
            AND arrival <= fromUnixTimestamp64Nano({arrived_until:Int64}, 'UTC')
            AND ({severity:String} = '' OR severity = {severity:String})
            AND ({category:String} = '' OR category = {category:String})
            AND ({agent:String} = '' OR agent = {agent:String})
            AND ({text:String} = '' OR id IN (SELECT error_id FROM error_reports WHERE {text:String} != '' AND positionCaseInsensitiveUTF8(concat(error_type, ' ', error_message), {text:String}) > 0)),
        f.report_ids, f.report_times, f.report_arrivals, f.report_severities, f.report_categories, f.report_agents))
