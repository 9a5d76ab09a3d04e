-- What oracle/model_figures tells, at each of some points of time.
SELECT
    point, name, uid, metric,
    seen.2[-1] AS value,
    arrayMap(
        (now, before) -> if(dateDiff('second', before.1, now.1) > {gap:Float64}, 0, greatest(now.2 - before.2, 0)),
        seen, arrayPushFront(arrayPopBack(seen), seen[1])) AS growth,
    arraySum(arrayFilter((g, t) -> t > until - INTERVAL 1 MINUTE, growth, seen.1)) AS last_minute,
    arraySum(growth) AS last_hour,
    arrayLastIndex(g -> g > 0, growth) AS last_one,
    if(last_one > 0, seen.1[last_one], NULL) AS grew_at,
    if(last_one > 0, growth[last_one], 0) AS last_growth
FROM
(
    SELECT
        name, uid, metric,
        arrayJoin(range({count:UInt32})) AS point,
        fromUnixTimestamp64Nano({first:Int64} + {step:Int64} * point, 'UTC') AS until,
        arrayFilter(s -> s.1 > until - INTERVAL 1 HOUR AND s.1 <= until, every) AS seen
    FROM
    (
        SELECT name, uid, metric, arraySort(groupUniqArray((f.observed_at, f.value))) AS every
        FROM observed_figures AS f
        WHERE metric IN {metrics:Array(String)} AND namespace = {source:String}
            AND f.observed_at > {since:DateTime64(9, 'UTC')} AND f.observed_at <= {until:DateTime64(9, 'UTC')}
        GROUP BY name, uid, metric
    )
    WHERE notEmpty(seen)
)
