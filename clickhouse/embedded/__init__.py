"""chDB, ClickHouse's engine in one process, behind ClickHouse's HTTP interface."""
