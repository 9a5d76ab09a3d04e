-- The first 200 characters of what reports say: of a report that came several times the row that a merge
-- keeps.
SELECT error_id, leftUTF8(toValidUTF8(error_message), 200) AS message
FROM error_reports
PREWHERE error_id IN {ids:Array(String)}
ORDER BY error_id, version DESC
LIMIT 1 BY error_id
