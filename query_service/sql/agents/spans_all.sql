-- Spans by agent, and the models that they call, however much is not worked out.
SELECT agent, toInt64(sum(f.spans)) AS spans, groupUniqArray(model) AS models
FROM span_figures(at = {at:DateTime64(9, 'UTC')}, since = '1970-01-01 00:00:00', until = '2100-01-02 00:00:00') AS f
WHERE agent != ''
GROUP BY agent
