-- Open tasks, those of some ids or those that a filter chooses, the oldest first; with how many it chooses in all.
SELECT
    o.message_id AS message_id, toString(o.agent) AS agent, toString(o.source) AS source, o.state AS state,
    o.topic AS topic, o.partition AS partition, o.offset AS offset, o.value_hash AS value_hash,
    o.event_time AS event_time, toUnixTimestamp64Nano(o.event_time) AS key_time, o.last_sign_at AS last_sign_at,
    t.tries AS tries, count() OVER () AS matched
FROM open_task_states(now = {now:DateTime64(9, 'UTC')}, places = {places:Array(String)}, passed = {passed:Array(Int64)}, begins = {begins:Array(Int64)}, topics = {topics:Array(String)}, waits = {waits:Array(String)}) AS o
LEFT JOIN
(
    SELECT message_hash, max(signs) AS tries
    FROM
    (
        SELECT message_hash, event_name, count() AS signs
        FROM open_signs FINAL
        WHERE is_deleted = 0 AND event_name IN ('agent_telemetry.task.claimed', 'agent_telemetry.task.started', 'process')
        GROUP BY message_hash, event_name
    )
    GROUP BY message_hash
) AS t ON t.message_hash = cityHash64(o.message_id)
WHERE (empty({ids:Array(String)}) OR o.message_id IN {ids:Array(String)})
    AND (empty({states:Array(String)}) OR o.state IN {states:Array(String)} OR (has({states:Array(String)}, 'poisoned') AND t.tries >= {min_tries:Float64}))
    AND ({agent:String} = '' OR o.agent = {agent:String})
    AND ({source:String} = '' OR o.source = {source:String})
    AND o.event_time >= {since:DateTime64(9, 'UTC')} AND o.event_time < {until:DateTime64(9, 'UTC')}
ORDER BY o.event_time, o.message_id
LIMIT {limit:UInt32}
