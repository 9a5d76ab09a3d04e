-- Where the newest events that match are: their times and ids, from narrow columns. An event that
-- came with several times is found at each of them, one that came twice perhaps twice: LIMIT BY would
-- read all of the window.
SELECT event_id, toUnixTimestamp64Nano(event_time) AS key_time
FROM event_times
WHERE event_time <= {at:DateTime64(9, 'UTC')} AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time <= fromUnixTimestamp64Nano(least({after_time:Int64}, 4102444800000000000), 'UTC')
    AND (event_time, event_id) < (fromUnixTimestamp64Nano({after_time:Int64}, 'UTC'), {after_id:String})
    AND ({trace_id:String} = '' OR (event_time, event_id) IN (
        SELECT event_time, event_id
        FROM events
        WHERE event_id IN (SELECT event_id FROM trace_events WHERE trace_id = {trace_id:String}) AND trace_id = {trace_id:String}))
    AND ({agent:String} = '' OR agent = {agent:String})
    AND ({event_type:String} = '' OR event_type = {event_type:String})
    AND ({severity:String} = '' OR severity = {severity:String})
    AND ({text:String} = '' OR positionCaseInsensitiveUTF8(preview, {text:String}) > 0)
ORDER BY event_time DESC, event_id DESC
LIMIT {limit:UInt32}
