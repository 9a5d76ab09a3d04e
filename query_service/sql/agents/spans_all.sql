-- Spans by agent, the models that they call and what they cost, however much is not worked out.
SELECT agent, toInt64(sum(f.spans)) AS spans, groupUniqArray(model) AS models,
    toFloat64(sum(f.cost)) AS cost, toInt64(sum(f.priced)) AS priced
FROM span_figures(at = {at:DateTime64(9, 'UTC')}, since = '1970-01-01 00:00:00', until = '2100-01-02 00:00:00') AS f
WHERE agent != ''
GROUP BY agent
