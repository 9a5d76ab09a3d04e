-- Groups with failures in a window, of those that the observer knows, as groups.sql; what does not depend on the
-- window says group_ends.sql. Nothing before `from` is in the window or as long a time before.
SELECT
    lower(hex(group_id)) AS fingerprint,
    countIf(is_inside) AS failures,
    sumIf(reported, is_inside) AS reports,
    countIf(is_before) AS failures_before,
    toString(maxIf(event_time, is_inside)) AS sample_time,
    arraySlice(arraySort(groupUniqArrayIf(agent_name, is_inside AND agent_name != '')), 1, 50) AS agents,
    arraySlice(arraySort(groupUniqArrayIf(release, is_inside AND release != '')), 1, 50) AS releases,
    sumMapIf(map(place, toUInt64(1)), is_inside) AS counts
FROM
(
    SELECT
        event_time, group_id, agent_name, release, toUInt64(reports) AS reported,
        ({agent:String} = '' OR has(report_agents, {agent:String})) AND ({severity:String} = '' OR has(report_severities, {severity:String})) AS is_asked,
        is_asked AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')} AS is_inside,
        is_asked AND event_time < {since:DateTime64(9, 'UTC')} AND event_time >= since_before AS is_before,
        fromUnixTimestamp64Nano(toUnixTimestamp64Nano({since:DateTime64(9, 'UTC')}) - {step:Int64} * toInt64({steps:UInt64}), 'UTC') AS since_before,
        toUInt64(greatest(0, intDiv(toUnixTimestamp64Nano(event_time) - toUnixTimestamp64Nano({since:DateTime64(9, 'UTC')}), {step:Int64}))) AS place
    FROM known_failures FINAL
    WHERE event_time >= {from:DateTime64(9, 'UTC')}
        AND ({fingerprint:String} = '' OR group_id = reinterpretAsUInt64(reverse(unhex({fingerprint:String}))))
) AS f
GROUP BY group_id
HAVING failures > 0
SETTINGS max_threads = 1
