-- How many rows known_failures has, and how many of them lie outside its largest part.
SELECT
    sum(rows) AS all_rows,
    sum(rows) - max(rows) AS outside,
    (SELECT count() > 0 FROM system.merges WHERE database = currentDatabase() AND table = 'known_failures') AS is_merging
FROM system.parts
WHERE database = currentDatabase() AND table = 'known_failures' AND active
