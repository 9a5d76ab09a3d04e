-- Of these topics those that a group committed something new on within the hour. The hours before
-- tell what was committed then: unless nobody looked all the time, what is new is seen.
SELECT DISTINCT topic
FROM
(
    SELECT
        topic,
        argMax(value, k.observed_at) AS latest,
        max(k.observed_at) AS latest_at,
        groupArray((k.observed_at, value)) AS seen
    FROM kafka_offsets AS k
    WHERE metric = 'kafka.consumer_group.offset' AND topic IN {topics:Array(String)}
        AND toStartOfHour(k.observed_at) >= toStartOfHour({now:DateTime64(9, 'UTC')} - INTERVAL 3 HOUR)
        AND toStartOfHour(k.observed_at) <= toStartOfHour({at:DateTime64(9, 'UTC')}) AND k.observed_at <= {at:DateTime64(9, 'UTC')}
        AND NOT startsWith(consumer_group, 'agent-telemetry-')
    GROUP BY topic, partition, consumer_group
)
WHERE greatest(
    -- When it had another value last, and when it had this one first.
    arrayMax(arrayMap(s -> if(s.2 != latest, s.1, toDateTime64(0, 9, 'UTC')), seen)),
    arrayMin(arrayMap(s -> if(s.2 = latest, s.1, latest_at), seen))) >= {now:DateTime64(9, 'UTC')} - INTERVAL 1 HOUR
