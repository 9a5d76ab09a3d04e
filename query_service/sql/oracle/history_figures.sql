-- What oracle/model_figures tells, at each of some points of time. Each figure is joined with the points whose hour
-- it lies in alone: what one series has in the whole window, at each of the points, is gigabytes.
SELECT
    point, name, uid, metric,
    argMax(value, at) AS value,
    sumIf(grew, at > until - INTERVAL 1 MINUTE) AS last_minute,
    sum(grew) AS last_hour,
    if(countIf(grew > 0) > 0, maxIf(at, grew > 0), NULL) AS grew_at,
    argMaxIf(grew, at, grew > 0) AS last_growth
FROM
(
    SELECT
        name, uid, metric, at, value,
        toUnixTimestamp64Nano(at) - {first:Int64} AS after,
        greatest(0, intDiv(after + {step:Int64} - 1, {step:Int64})) AS next,
        arrayJoin(range(toUInt32(next), toUInt32(least({count:UInt32}, greatest(next, intDiv(after + 3600000000000 - 1, {step:Int64}) + 1))))) AS point,
        fromUnixTimestamp64Nano({first:Int64} + {step:Int64} * point, 'UTC') AS until,
        if(before > until - INTERVAL 1 HOUR AND dateDiff('second', before, at) <= {gap:Float64}, growth, 0) AS grew
    FROM
    (
        SELECT
            name, uid, metric, arraySort(groupUniqArray((f.observed_at, f.value))) AS seen,
            arrayJoin(arrayZip(seen, arrayPushFront(arrayPopBack(seen), seen[1]))) AS pair,
            pair.1.1 AS at, pair.1.2 AS value, pair.2.1 AS before, greatest(value - pair.2.2, 0) AS growth
        FROM observed_figures AS f
        WHERE metric IN {metrics:Array(String)} AND namespace = {source:String}
            AND f.value >= 0 AND f.value <= 1e18
            AND f.observed_at > {since:DateTime64(9, 'UTC')} AND f.observed_at <= {until:DateTime64(9, 'UTC')}
        GROUP BY name, uid, metric
    )
)
GROUP BY point, name, uid, metric
