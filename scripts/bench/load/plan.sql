-- What makes the number of open tasks exact: from which pair on the tasks of the agents that are
-- behind wait, and below which hash those of the others are open.
-- model
SELECT
    (SELECT (min(p), count()) FROM (SELECT p FROM pairs WHERE NOT is_failed AND is_behind(target) ORDER BY p DESC LIMIT {waiting:UInt64})) AS behind,
    (SELECT (max(hash), count()) FROM (SELECT pick('open', p) AS hash FROM pairs WHERE NOT is_failed AND NOT is_behind(target) ORDER BY hash LIMIT {scattered:UInt64})) AS others
