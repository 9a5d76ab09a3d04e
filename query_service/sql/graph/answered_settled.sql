-- As answered.sql, when no message came since the observer's last run.
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
    -- Within 1 %; an answer before its task, by another clock, has no time.
    quantilesDDIf(0.01, 0.5, 0.95)(greatest(seconds, 1e-9), seconds >= 0) AS times,
    countIf(seconds >= 0) AS timed
FROM answered_tasks FINAL
WHERE toStartOfFiveMinutes(event_time) >= toStartOfFiveMinutes({from:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(event_time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
    AND event_time >= {from:DateTime64(9, 'UTC')} AND event_time < {until:DateTime64(9, 'UTC')}
    AND event_time <= {at:DateTime64(9, 'UTC')} AND answered_at <= {at:DateTime64(9, 'UTC')}
    AND ({agent:String} = '' OR source = {agent:String} OR agent = {agent:String})
GROUP BY source, target
