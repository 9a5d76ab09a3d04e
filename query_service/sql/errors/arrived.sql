-- What arrived since the observer last worked out failures: the traces of spans, and reports with
-- their units. Everything when it never did, or long ago, or when an id can not be told as text.
WITH
    (
        SELECT if(max(since) < now64(9, 'UTC') - INTERVAL 20 HOUR, toDateTime64('1970-01-01 00:00:00', 6, 'UTC'), toDateTime64(max(since), 6, 'UTC'))
        FROM observer_progress FINAL
        WHERE job = 'failures'
    ) AS done
SELECT
    toYear(done) = 1970 OR countIf(NOT isValidUTF8(id) OR NOT isValidUTF8(trace_id)) > 0 AS is_everything,
    groupUniqArrayIf({most:UInt32})(trace_id, kind = 'span') AS traces,
    groupUniqArrayIf({most:UInt32})(id, kind = 'error') AS reports,
    groupUniqArrayIf({most:UInt32})(if(trace_id = '', concat('report ', id), trace_id), kind = 'error') AS units
FROM arrivals
WHERE inserted_at >= done AND kind IN ('error', 'span') AND toYear(done) > 1970
