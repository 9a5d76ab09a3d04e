-- As answered_settled.sql, of now, with how many tasks took how long: parts of a window can be added up. A bin is
-- that of quantilesDD(0.01, …), so the percentiles are the same. `buckets`: five minutes, where not all are asked for.
-- What was sent again has no time.
WITH if(outcome = 'superseded', -1, (toUnixTimestamp64Nano(answered_at) - toUnixTimestamp64Nano(event_time)) / 1e9) AS seconds
SELECT
    source,
    agent AS target,
    countIf(outcome != 'superseded') AS answered,
    countIf(outcome = 'completed') AS completed,
    countIf(outcome = 'failed') AS failed,
    countIf(outcome = 'cancelled') AS cancelled,
    countIf(outcome = 'superseded') AS superseded,
    sumMapIf(map(toInt16(trunc(log(greatest(seconds, 1e-9)) * (1 / log((1 + 0.01) / (1 - 0.01))))), toUInt64(1)), seconds >= 0) AS bins
FROM answered_tasks FINAL
WHERE toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({from:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')} - INTERVAL 1 NANOSECOND)
    AND (empty({buckets:Array(DateTime('UTC'))}) OR toStartOfFiveMinutes(event_time) IN {buckets:Array(DateTime('UTC'))})
    AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND ({agent:String} = '' OR source = {agent:String} OR agent = {agent:String})
GROUP BY source, target
-- Two threads take half as long again for a few granules with FINAL.
SETTINGS max_threads = 1
