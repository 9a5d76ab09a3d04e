-- Records of a message that has an earlier one, of the messages of which something arrived. First the few
-- ids that have several records, by the key alone.
INSERT INTO message_repeats (bucket, topic, partition, offset, value_hash, computed_at)
WITH
    lately AS
    (
        SELECT cityHash64(id)
        FROM arrivals
        WHERE NOT {whole:Bool} AND kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')}
    ),
    several AS
    (
        SELECT id_hash
        FROM message_index
        WHERE id_hash BETWEEN {low:UInt64} AND {high:UInt64} AND ({whole:Bool} OR id_hash IN lately)
        GROUP BY id_hash
        HAVING count() > 1
    )
SELECT toStartOfFiveMinutes(r.1), r.4, r.5, r.2, r.6, {computed_at:DateTime64(3, 'UTC')}
FROM
(
    SELECT arrayJoin(arrayPopFront(arraySort(groupUniqArray((event_time, offset, place, topic, partition, value_hash))))) AS r
    FROM message_index
    WHERE id_hash IN several
    GROUP BY id_hash
)
