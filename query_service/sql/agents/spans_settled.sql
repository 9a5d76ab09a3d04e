-- Spans by agent, and the models that they call, where everything is worked out.
SELECT agent, toInt64(sum(f.spans)) AS spans, arraySort(groupUniqArrayIf(toString(model), model != '')) AS models
FROM span_rollups AS f FINAL
WHERE step = 3600 AND agent != ''
GROUP BY agent
