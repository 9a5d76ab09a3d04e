-- Records of a message that has an earlier one, of the messages of which something arrived.
INSERT INTO message_repeats (bucket, topic, partition, offset, value_hash, computed_at)
WITH lately AS
(
    SELECT cityHash64(id)
    FROM arrivals
    WHERE NOT {whole:Bool} AND kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')}
)
SELECT DISTINCT toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash, {computed_at:DateTime64(3, 'UTC')}
FROM message_index AS r
INNER JOIN
(
    SELECT id_hash, min((event_time, offset, place)) AS first
    FROM message_index
    WHERE id_hash BETWEEN {low:UInt64} AND {high:UInt64} AND ({whole:Bool} OR id_hash IN lately)
    GROUP BY id_hash
    HAVING max((event_time, offset, place)) != first
) AS m ON m.id_hash = r.id_hash
WHERE r.id_hash BETWEEN {low:UInt64} AND {high:UInt64} AND ({whole:Bool} OR r.id_hash IN lately)
    AND (r.event_time, r.offset, r.place) != m.first
