-- How many metric records there are.
SELECT uniqExact(record_hash) AS records
FROM span_metrics
WHERE event_time <= {at:DateTime64(9, 'UTC')}
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND ({agent:String} = '' OR replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') = {agent:String})
