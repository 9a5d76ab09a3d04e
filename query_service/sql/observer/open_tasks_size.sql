-- How many rows open_tasks and open_signs have, how many of them are marks, and whether they are merging.
SELECT
    'open_tasks' AS name,
    count() AS all_rows,
    sum(is_deleted) AS answered,
    (SELECT count() > 0 FROM system.merges WHERE database = currentDatabase() AND table = 'open_tasks') AS is_merging
FROM open_tasks
UNION ALL
SELECT
    'open_signs',
    count(),
    sum(is_deleted),
    (SELECT count() > 0 FROM system.merges WHERE database = currentDatabase() AND table = 'open_signs')
FROM open_signs
