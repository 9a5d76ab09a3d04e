-- Records that are no further message, of the messages of which something came lately: their message has an
-- earlier one. First the few ids that have several records, by the key alone. What comes later than a past
-- time takes nothing away before it.
WITH
    lately AS
    (
        SELECT cityHash64(id)
        FROM arrivals
        WHERE kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')} AND event_time <= {at:DateTime64(9, 'UTC')}
    ),
    several AS
    (
        SELECT id_hash
        FROM message_index
        WHERE id_hash IN lately
        GROUP BY id_hash
        HAVING count() > 1
    )
SELECT toStartOfFiveMinutes(r.1) AS bucket, bitNot(r.3) AS record
FROM
(
    SELECT arrayJoin(arrayPopFront(arraySort(groupUniqArray((event_time, offset, place))))) AS r
    FROM message_index
    WHERE id_hash IN several
    GROUP BY id_hash
)
LIMIT {most:UInt32} + 1
