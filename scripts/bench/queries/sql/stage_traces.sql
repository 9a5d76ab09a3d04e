CREATE TABLE landing_traces ENGINE = MergeTree ORDER BY toUnixTimestamp64Nano(Timestamp) + Duration AS SELECT * FROM {database:Identifier}.landing_traces
