-- Episodes of findings that match, wide columns of those on the page only.
SELECT *, toUnixTimestamp64Nano(opened_at) AS key_time
FROM findings FINAL
WHERE (opened_at, finding_id) IN (
    SELECT opened_at, finding_id
    FROM findings FINAL
    WHERE opened_at <= {at:DateTime64(9, 'UTC')} AND opened_at >= {since:DateTime64(9, 'UTC')} AND opened_at < {until:DateTime64(9, 'UTC')}
        AND (-toUnixTimestamp64Nano(opened_at) * {turn:Int8}, finding_id) > (-{after_time:Int64} * {turn:Int8}, {after_id:String})
        AND ({kind:String} = '' OR kind = {kind:String})
        AND ({agent:String} = '' OR has(agents, {agent:String}))
        AND ({severity:String} = '' OR severities[arrayLastIndex(t -> t <= {at:DateTime64(9, 'UTC')}, severity_times)] = {severity:String})
        AND ({state:String} = '' OR ({state:String} = 'open') = (isNull(resolved_at) OR resolved_at > {at:DateTime64(9, 'UTC')}))
    ORDER BY -toUnixTimestamp64Nano(opened_at) * {turn:Int8}, finding_id
    LIMIT {limit:UInt32})
ORDER BY -toUnixTimestamp64Nano(opened_at) * {turn:Int8}, finding_id
