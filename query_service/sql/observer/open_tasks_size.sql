-- How many rows open_tasks has, how many of them are marks of answers, and whether it is merging.
SELECT
    count() AS all_rows,
    sum(is_deleted) AS answered,
    (SELECT count() > 0 FROM system.merges WHERE database = currentDatabase() AND table = 'open_tasks') AS is_merging
FROM open_tasks
