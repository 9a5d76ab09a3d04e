-- How long the spans of some agents and names took, from a full hour on, where everything is worked out.
SELECT agent, name, sumMap(f.durations) AS bins
FROM span_rollups AS f FINAL
WHERE f.step = 3600 AND bucket >= {since:DateTime64(9, 'UTC')}
    AND (agent, name) IN (SELECT arrayJoin(arrayZip({agents:Array(String)}, {names:Array(String)})))
GROUP BY agent, name
SETTINGS optimize_move_to_prewhere_if_final = 1
