CREATE TABLE landing_records ENGINE = MergeTree ORDER BY Timestamp AS SELECT * FROM {database:Identifier}.landing_records
