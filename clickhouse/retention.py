"""How long rows are kept: the days of the settings, put into the tables' TTL where they differ."""

import re
from typing import Protocol

from clickhouse_connect.driver.client import Client

from clickhouse.cluster import Cluster

_DAYS = re.compile(r"TTL toDateTime\((\w+)\) \+ toIntervalDay\((\d+)\)")
_TABLES = (
    "SELECT name, engine_full FROM system.tables"
    " WHERE database = {database:String} AND engine LIKE '%MergeTree' ORDER BY name"
)

ARRIVALS_DAYS = 2
"""`arrivals` serves what goes on now; what it tells is in the other tables."""


class Days(Protocol):
    """The settings that say how many days rows are kept."""

    @property
    def retention_days(self) -> int: ...
    @property
    def retention_days_metrics(self) -> int: ...
    @property
    def retention_days_dead_letters(self) -> int: ...
    @property
    def retention_days_observed(self) -> int: ...
    @property
    def retention_days_findings(self) -> int: ...


def apply_retention(client: Client, settings: Days, cluster: Cluster | None = None) -> list[str]:
    """Give each table the days of the settings; returns what was changed, as `table: N days`.

    On all nodes of the cluster, where one is given. Tables without a TTL (open tasks, progress,
    migrations) are kept for ever and stay so. Parts that are there already are not rewritten at
    once: their next merge drops what is too old.
    """
    changed = []
    stored_in = cluster.shards if cluster else client.database
    for name, engine in client.query(_TABLES, {"database": stored_in}).result_rows:
        ttl = _DAYS.search(engine)
        if ttl is None or int(ttl[2]) == (days := _days(name, settings)):
            continue
        command = f"MODIFY TTL toDateTime({ttl[1]}) + INTERVAL {days} DAY"
        alters = cluster.alter(name, command) if cluster else [f"ALTER TABLE `{name}` {command}"]
        for alter in alters:
            client.command(alter, settings={"materialize_ttl_after_modify": 0})
        changed.append(f"{name}: {days} days")
    return changed


def _days(table: str, settings: Days) -> int:
    if table.startswith("otel_metrics_") or table == "span_metrics":
        return settings.retention_days_metrics
    if table == "dead_letters":
        return settings.retention_days_dead_letters
    if table.startswith("observed_"):
        return settings.retention_days_observed
    if table in ("findings", "finding_runs", "finding_notices"):
        return settings.retention_days_findings
    if table == "arrivals":
        return min(ARRIVALS_DAYS, settings.retention_days)
    return settings.retention_days
