INSERT INTO {database:Identifier}.landing_logs
SELECT * FROM landing_logs
WHERE Timestamp > fromUnixTimestamp64Micro({after:Int64}, 'UTC') AND Timestamp <= fromUnixTimestamp64Micro({until:Int64}, 'UTC')
