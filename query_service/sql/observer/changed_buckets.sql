-- Five minutes to count: those of which something arrived, and those of records that were found to
-- be no further message.
SELECT bucket, sum(size) AS records
FROM
(
    SELECT toStartOfFiveMinutes(event_time) AS bucket, count() AS size
    FROM arrivals
    WHERE NOT {whole:Bool} AND kind = 'message' AND inserted_at >= {since:DateTime64(9, 'UTC')}
    GROUP BY bucket
    UNION ALL
    SELECT bucket, count() AS size
    FROM message_repeats
    WHERE NOT {whole:Bool} AND computed_at >= {computed_at:DateTime64(3, 'UTC')}
    GROUP BY bucket
    UNION ALL
    SELECT toStartOfFiveMinutes(event_time) AS bucket, count() AS size
    FROM agent_messages
    WHERE {whole:Bool}
    GROUP BY bucket
)
GROUP BY bucket
ORDER BY bucket
