-- Units in which failures may be others than known, because reports came again, or spans of traces in
-- which spans decide.
SELECT DISTINCT unit
FROM known_failures
WHERE is_repeated AND unit IN {traces:Array(String)}
    OR arrayExists(report -> report IN {reports:Array(String)}, report_ids)
LIMIT {most:UInt32}
