-- Figures of some metrics as they were seen last between two times.
SELECT metric, uid, argMax(f.value, f.observed_at) AS value
FROM observed_figures AS f
WHERE metric IN {metrics:Array(String)} AND f.observed_at > {since:DateTime64(9, 'UTC')} AND f.observed_at <= {until:DateTime64(9, 'UTC')}
GROUP BY metric, uid
