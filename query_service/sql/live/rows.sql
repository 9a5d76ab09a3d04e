-- What some inserts brought.
SELECT
    toUnixTimestamp64Micro(inserted_at) AS inserted,
    toUnixTimestamp64Micro(inserted_at) - toUnixTimestamp64Micro(event_time) AS age,
    kind, row_id,
    toValidUTF8(id) AS id,
    toValidUTF8(trace_id) AS trace_id,
    toValidUTF8(parent_id) AS parent_id,
    toValidUTF8(agent) AS agent,
    toValidUTF8(source) AS source,
    toValidUTF8(type) AS type,
    toValidUTF8(severity) AS severity,
    toValidUTF8(state) AS state,
    event_time,
    toValidUTF8(preview) AS preview,
    toValidUTF8(record) AS record,
    record_bytes, topic, partition, offset
FROM arrivals
WHERE inserted_at >= fromUnixTimestamp64Micro(arrayMin({inserts:Array(Int64)}), 'UTC') AND inserted_at <= fromUnixTimestamp64Micro(arrayMax({inserts:Array(Int64)}), 'UTC')
    AND has({inserts:Array(Int64)}, toUnixTimestamp64Micro(inserted_at))
    -- A row without a record only says for which task a message was sent again.
    AND NOT (kind = 'message' AND record_bytes = 0)
ORDER BY inserted_at, event_time, row_id
