-- Where the latest ends of spans are, as in ended.sql.
SELECT bucket, trace_id, span_id
FROM span_ends
WHERE end_bucket <= {at:DateTime64(9, 'UTC')} AND end_time <= {at:DateTime64(9, 'UTC')}
    AND end_bucket <= fromUnixTimestamp64Nano({after_time:Int64}, 'UTC')
    AND (end_time, concat(trace_id, '/', span_id)) < (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND ({agent:String} = '' OR agent = {agent:String})
ORDER BY end_bucket DESC, end_time DESC, trace_id DESC, span_id DESC
LIMIT {fetch:UInt32}
SETTINGS max_threads = 1
