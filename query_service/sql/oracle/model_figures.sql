-- What models of a source did up to a time: how much each figure grew in the last minute and in the last hour,
-- and when it grew last. A figure that falls began anew; what it grew by between two records that are too far
-- apart was not seen.
SELECT
    name, uid, metric,
    seen.2[-1] AS value,
    arraySum(arrayFilter((g, t) -> t > until - INTERVAL 1 MINUTE, growth, seen.1)) AS last_minute,
    arraySum(growth) AS last_hour,
    arrayLastIndex(g -> g > 0, growth) AS last_one,
    if(last_one > 0, seen.1[last_one], NULL) AS grew_at,
    if(last_one > 0, growth[last_one], 0) AS last_growth
FROM
(
    SELECT
        name, uid, metric,
        toDateTime64({until:DateTime64(9, 'UTC')}, 9, 'UTC') AS until,
        arraySort(groupUniqArray((f.observed_at, f.value))) AS seen,
        arrayMap(
            (now, before) -> if(dateDiff('second', before.1, now.1) > {gap:Float64}, 0, greatest(now.2 - before.2, 0)),
            seen, arrayPushFront(arrayPopBack(seen), seen[1])) AS growth
    FROM observed_figures AS f
    WHERE metric IN {metrics:Array(String)} AND namespace = {source:String}
        AND f.value >= 0 AND f.value <= 1e18 AND f.observed_at > until - INTERVAL 1 HOUR AND f.observed_at <= until
    GROUP BY name, uid, metric
)
