-- The user for ad hoc SQL on a ClickHouse server of your own. Run it once, as a user who manages
-- access, with your password and database, and name the user in CLICKHOUSE_READER_URL.
-- The embedded ClickHouse has such a user from the start: reader.
-- In a cluster run it on every node, with the two lines that are for a cluster.

CREATE SETTINGS PROFILE IF NOT EXISTS agent_telemetry_reader SETTINGS
    readonly = 1,
    max_execution_time = 10,
    max_memory_usage = 1073741824,
    max_rows_to_read = 1000000000,
    max_bytes_to_read = 107374182400,
    max_result_rows = 10000,
    max_result_bytes = 16777216,
    max_threads = 2,
    max_concurrent_queries_for_user = 8,
    -- In a cluster: distributed_product_mode = 'global',
    output_format_json_quote_64bit_integers = 0,
    output_format_json_quote_denormals = 0,
    -- The service asks for no more rows than its caller wants; nothing else may be changed. Needs
    -- settings_constraints_replace_previous under access_control_improvements in the server's config.
    limit = 0 CHANGEABLE_IN_READONLY;

CREATE USER IF NOT EXISTS agent_telemetry_reader
    IDENTIFIED WITH sha256_password BY 'choose a password'
    SETTINGS PROFILE 'agent_telemetry_reader';

-- Nothing but the tables: no file(), url(), remote() or s3(), no other database, no dictionaries.
GRANT SELECT ON agent_telemetry.* TO agent_telemetry_reader;
-- In a cluster: GRANT SELECT ON agent_telemetry_shards.* TO agent_telemetry_reader;
