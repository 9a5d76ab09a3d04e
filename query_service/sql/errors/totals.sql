-- How many failures have a report that matches, how many reports those have, and the latest arrival.
SELECT
    count() AS total,
    sum(arrayCount(time -> time <= {at:DateTime64(9, 'UTC')}, report_times)) AS total_reports,
    greatest(toUnixTimestamp64Nano(max(arrived_at)), 0) AS arrived_until
FROM {source:Identifier} AS f
WHERE event_time <= {at:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')} AND last_time >= {since:DateTime64(9, 'UTC')}
    AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
    AND ({error_type:String} = '' OR error_type = {error_type:String})
    AND ({fingerprint:String} = '' OR group_id = reinterpretAsUInt64(reverse(unhex({fingerprint:String}))))
    AND arrayExists(
        (id, time, arrival, severity, category, agent) ->
            time <= {at:DateTime64(9, 'UTC')} AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
            AND arrival <= fromUnixTimestamp64Nano({arrived_until:Int64}, 'UTC')
            AND ({severity:String} = '' OR severity = {severity:String})
            AND ({category:String} = '' OR category = {category:String})
            AND ({agent:String} = '' OR replaceAll(lower(agent), ' ', '-') = {agent:String})
            AND ({text:String} = '' OR id IN (SELECT error_id FROM error_reports WHERE {text:String} != '' AND positionCaseInsensitiveUTF8(concat(error_type, ' ', error_message), {text:String}) > 0)),
        f.report_ids, f.report_times, f.report_arrivals, f.report_severities, f.report_categories, f.report_agents)
