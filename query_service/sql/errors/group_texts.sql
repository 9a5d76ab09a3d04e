-- Of groups what their first failure says, and their latest one of the window: only failures of
-- `times`, which have to be the times of those.
SELECT
    lower(hex(group_id)) AS fingerprint,
    argMin(f.message, (event_time, failure_id)) AS message,
    argMaxIf(
        failure_id, (event_time, failure_id),
        event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
            AND ({agent:String} = '' OR has(report_agents, {agent:String})) AND ({severity:String} = '' OR has(report_severities, {severity:String}))
    ) AS sample_id
FROM known_failures AS f FINAL
WHERE event_time IN {times:Array(DateTime64(9, 'UTC'))}
    AND group_id IN arrayMap(group -> reinterpretAsUInt64(reverse(unhex(group))), {groups:Array(String)})
GROUP BY group_id
SETTINGS optimize_move_to_prewhere_if_final = 1
