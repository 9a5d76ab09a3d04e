-- Things by their id, and by its first characters: `from` and `to` bound the ids that begin so.
SELECT id, kind, trace_id, resource_id, title, agent, event_time, toInt64(toUnixTimestamp(event_time)) * 1000000000 AS key_time
FROM search_ids
WHERE (id IN {ids:Array(String)} OR (id >= {from:String} AND id < {to:String}))
    AND kind IN {kinds:Array(String)}
    AND event_time >= {since:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time <= {at:DateTime64(9, 'UTC')}
    AND id >= {after_id:String} AND (id, kind, trace_id) > ({after_id:String}, {after_kind:String}, {after_trace:String})
ORDER BY id, kind, trace_id, version DESC, title, agent
LIMIT 1 BY id, kind, trace_id
LIMIT {limit:UInt32}
