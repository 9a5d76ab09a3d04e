INSERT INTO {database:Identifier}.landing_records
SELECT * FROM landing_records
WHERE Timestamp > fromUnixTimestamp64Micro({after:Int64}, 'UTC') AND Timestamp <= fromUnixTimestamp64Micro({until:Int64}, 'UTC')
