CREATE TABLE landing_logs ENGINE = MergeTree ORDER BY Timestamp AS SELECT * FROM {database:Identifier}.landing_logs
