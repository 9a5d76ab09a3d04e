-- How fast and how well like spans of each agent went in two windows, where that is another by much. Five minutes
-- each, as the observer last worked them out.
WITH
    ({before_until:DateTime64(9, 'UTC')}, {until:DateTime64(9, 'UTC')}) AS ends,
    toIntervalSecond({seconds:UInt32}) AS length
SELECT
    agent, name,
    was.1 AS spans_before, now.1 AS spans_after,
    was.2 AS failed_before, now.2 AS failed_after,
    was.3 AS p95_ms_before, now.3 AS p95_ms_after
FROM
(
    SELECT
        agent, name,
        anyIf((spans, failed, p95_ms), NOT is_after) AS was,
        anyIf((spans, failed, p95_ms), is_after) AS now
    FROM
    (
        SELECT
            agent, name, is_after,
            toInt64(sum(r.ended)) AS spans,
            toInt64(sum(r.errors)) AS failed,
            sumMap(durations) AS bins,
            arrayCumSum(mapValues(bins)) AS counts,
            if(empty(counts), nan, pow(2, (mapKeys(bins)[arrayFirstIndex(c -> c >= 0.95 * counts[-1], counts)] + 0.5) / 16) / 1e6) AS p95_ms
        FROM
        (
            SELECT *, bucket >= ends.2 - length AS is_after
            FROM span_rollups FINAL
            WHERE step = 300
                AND (bucket >= ends.1 - length AND bucket < ends.1 OR bucket >= ends.2 - length AND bucket < ends.2)
        ) AS r
        GROUP BY agent, name, is_after
    )
    GROUP BY agent, name
)
WHERE was.1 >= {least:UInt32} AND now.1 >= {least:UInt32}
    AND (greatest(now.3 / was.3, was.3 / now.3) >= {times:Float64} OR abs(now.2 / now.1 - was.2 / was.1) >= {share:Float64})
ORDER BY greatest(now.3 / was.3, was.3 / now.3) DESC, agent, name
LIMIT {most:UInt32}
