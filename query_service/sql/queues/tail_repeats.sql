-- Five minutes with records that are no further message since something came lately.
WITH lately AS
(
    SELECT cityHash64(id) FROM arrivals WHERE kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')}
)
SELECT DISTINCT toStartOfFiveMinutes(r.event_time) AS bucket
FROM message_index AS r
INNER JOIN
(
    SELECT id_hash, min((event_time, offset, place)) AS first
    FROM message_index
    WHERE id_hash IN lately
    GROUP BY id_hash
    HAVING max((event_time, offset, place)) != first
) AS m ON m.id_hash = r.id_hash
WHERE r.id_hash IN lately AND (r.event_time, r.offset, r.place) != m.first
