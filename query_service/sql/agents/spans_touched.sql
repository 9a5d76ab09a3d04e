-- Five minutes with spans that the observer has not worked out.
SELECT DISTINCT toStartOfFiveMinutes(event_time) AS bucket
FROM arrivals
WHERE inserted_at >= {touched_from:DateTime64(6, 'UTC')} AND kind = 'span' AND event_time <= {at:DateTime64(9, 'UTC')}
