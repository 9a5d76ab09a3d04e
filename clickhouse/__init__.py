"""ClickHouse: the embedded default and the schema."""
