-- The failure of a report.
SELECT
    failure_id,
    {error_id:String} AS error_id,
    arrayCount(time -> time <= {at:DateTime64(9, 'UTC')}, report_times) AS reports,
    arraySlice(report_ids, 1, least(reports, 50)) AS report_ids,
    lower(hex(group_id)) AS fingerprint,
    release
FROM {source:Identifier}
WHERE unit NOT IN {units:Array(String)} AND has(report_ids, {error_id:String})
    AND report_times[indexOf(report_ids, {error_id:String})] <= {at:DateTime64(9, 'UTC')}
    AND ({is_live:Bool} OR (event_time, failure_id) IN (SELECT event_time, failure_id FROM known_failures WHERE has(report_ids, {error_id:String})))
