-- How many rows known_failures has, and how many of them lie outside the largest part of a server.
SELECT
    sum(on_server) AS all_rows,
    sum(on_server - largest) AS outside,
    (SELECT count() > 0 FROM system.merges WHERE database = currentDatabase() AND table = 'known_failures') AS is_merging
FROM
(
    SELECT sum(rows) AS on_server, max(rows) AS largest
    FROM system.parts
    WHERE database = currentDatabase() AND table = 'known_failures' AND active
    GROUP BY hostName()
)
