-- Whether a span arrived, since the observer last worked out failures, that may change one.
WITH
    (
        SELECT toDateTime64(max(since), 6, 'UTC')
        FROM observer_progress FINAL
        WHERE job = 'failures'
    ) AS done
SELECT count() > 0 AS is_touched
FROM known_failures
WHERE is_repeated AND unit IN (SELECT trace_id FROM arrivals WHERE inserted_at >= done AND kind = 'span')
