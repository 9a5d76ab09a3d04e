INSERT INTO {database:Identifier}.landing_traces
SELECT * FROM landing_traces
WHERE toUnixTimestamp64Nano(Timestamp) + Duration > {after:Int64} * 1000 AND toUnixTimestamp64Nano(Timestamp) + Duration <= {until:Int64} * 1000
