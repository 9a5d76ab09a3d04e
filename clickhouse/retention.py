"""How long rows are kept: the tables' TTL follows the settings RETENTION_DAYS*."""

import re

from clickhouse_connect.driver.client import Client

from query_service.settings import Settings

_TABLES = """
SELECT name, extract(create_table_query, 'TTL (.*?) \\+ toIntervalDay') AS expression,
    toUInt32OrZero(extract(create_table_query, 'toIntervalDay\\((\\d+)\\)')) AS days
FROM system.tables
WHERE database = currentDatabase() AND days > 0
ORDER BY name
"""


def apply_retention(client: Client, settings: Settings) -> list[str]:
    """Set the TTL of each table whose days differ from the settings; says what was changed."""
    changes = []
    for name, expression, days in client.query(_TABLES).result_rows:
        wanted = _days(name, settings)
        if wanted != days:
            # DDL takes no bound parameters; table and expression are the server's own words.
            client.command(
                f"ALTER TABLE `{name}` MODIFY TTL {expression} + toIntervalDay({wanted})",
                settings={"materialize_ttl_after_modify": 0},
            )
            changes.append(f"{name} from {days} to {wanted} days")
    return changes


def _days(table: str, settings: Settings) -> int:
    if table == "dead_letters":
        return settings.retention_days_dead_letters
    if re.match(r"otel_metrics_|span_metrics$", table):
        return settings.retention_days_metrics
    return settings.retention_days
