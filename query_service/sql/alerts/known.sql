-- Episodes that are open, or whose end was not told to a destination that knows of them.
WITH told AS
(
    SELECT
        opened_at,
        finding_id,
        groupUniqArray(severity) AS told,
        countIf(part_of = '') > 0 AS as_root,
        max(tried_at) AS told_at,
        countIf(event = 'reminder') AS reminders,
        countIf(event = 'resolved') > 0 AS is_over
    FROM finding_notices FINAL
    WHERE destination = {destination:String} AND outcome = 'sent'
    GROUP BY opened_at, finding_id
)
SELECT f.*, n.told AS told, n.as_root AS as_root, n.told_at AS told_at, n.reminders AS reminders
FROM findings AS f FINAL
LEFT JOIN told AS n ON n.opened_at = f.opened_at AND n.finding_id = f.finding_id
WHERE (f.opened_at, f.finding_id) IN (
    SELECT opened_at, finding_id FROM findings FINAL WHERE resolved_at IS NULL
    UNION ALL
    SELECT opened_at, finding_id FROM told WHERE NOT is_over)
ORDER BY isNull(f.resolved_at) DESC, f.opened_at DESC, f.finding_id
LIMIT {most:UInt32}
