-- Failures with a report that matches, newest first (turn 1) or oldest first (-1); of each the first matching report.
-- after_time and after_id are the last row of the page before; arrived_until keeps what comes
-- between two pages from moving a failure. What is not asked for is not read.
WITH
    {at:DateTime64(9, 'UTC')} >= '2100-01-01' AND {since:DateTime64(9, 'UTC')} = '1970-01-01' AND {until:DateTime64(9, 'UTC')} > '2100-01-01'
        AND {arrived_until:Int64} = 9223372036854775807 AND {text:String} = '' AS is_any_time
SELECT
    failure_id,
    report_ids[shown] AS error_id,
    toUnixTimestamp64Nano(report_times[shown]) AS key_time,
    arrayCount(time -> time <= {at:DateTime64(9, 'UTC')}, report_times) AS reports,
    arraySlice(report_ids, 1, least(reports, 50)) AS report_ids,
    lower(hex(group_id)) AS fingerprint,
    release
FROM
(
    SELECT
        failure_id, group_id, release, report_ids, report_times,
        if({severity:String} = '' AND {category:String} = '' AND {agent:String} = '', 1, arrayFirstIndex(
            (severity, category, agent) ->
                ({severity:String} = '' OR severity = {severity:String}) AND ({category:String} = '' OR category = {category:String}) AND ({agent:String} = '' OR agent = {agent:String}),
            f.report_severities, f.report_categories, f.report_agents)) AS first_of_kind,
        if(is_any_time, first_of_kind, arrayFirstIndex(
            (id, time, arrival, severity, category, agent) ->
                time <= {at:DateTime64(9, 'UTC')} AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
                AND arrival <= fromUnixTimestamp64Nano({arrived_until:Int64}, 'UTC')
                AND ({severity:String} = '' OR severity = {severity:String})
                AND ({category:String} = '' OR category = {category:String})
                AND ({agent:String} = '' OR agent = {agent:String})
                AND ({text:String} = '' OR id IN (SELECT error_id FROM error_reports WHERE {text:String} != '' AND positionCaseInsensitiveUTF8(concat(error_type, ' ', error_message), {text:String}) > 0)),
            f.report_ids, f.report_times, f.report_arrivals, f.report_severities, f.report_categories, f.report_agents)) AS shown
    FROM {source:Identifier} AS f
    WHERE unit NOT IN {units:Array(String)} AND event_time <= {at:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')} AND last_time >= {since:DateTime64(9, 'UTC')}
        AND ({trace_id:String} = '' OR trace_id = {trace_id:String})
        AND ({trace_id:String} = '' OR {is_live:Bool} OR (event_time, failure_id) IN (SELECT event_time, failure_id FROM known_failures WHERE unit = {trace_id:String}))
        AND ({error_type:String} = '' OR error_type = {error_type:String})
        AND ({fingerprint:String} = '' OR group_id = reinterpretAsUInt64(reverse(unhex({fingerprint:String}))))
)
WHERE shown > 0 AND ({turn:Int8} * key_time, error_id) < ({turn:Int8} * {after_time:Int64}, {after_id:String})
ORDER BY {turn:Int8} * key_time DESC, error_id DESC
LIMIT {limit:UInt32}
