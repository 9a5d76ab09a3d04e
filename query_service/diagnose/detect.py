"""Runs the detectors."""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clickhouse_connect.driver.exceptions import DatabaseError

from query_service.db import DETECTORS, Database, Row
from query_service.diagnose.declaration import declarations
from query_service.diagnose.finding import Finding, finding
from query_service.routes.context import bound

MOST = 200
"""Findings of one kind; each names up to 1,000 tasks, traces and errors."""
MOST_WAITS = 10_000
"""Pairs of agents of which one waits for the other."""
LIMITS = {
    "max_execution_time": 15,
    "max_memory_usage": 2**30,
    # Statements this long take longer to plan than to run (docs/adr/104).
    "compile_expressions": 0,
    "compile_aggregate_expressions": 0,
    "compile_sort_description": 0,
    "optimize_and_compare_chain": 0,
    "optimize_extract_common_expressions": 0,
    "optimize_aggregators_of_group_by_keys": 0,
    "optimize_group_by_function_keys": 0,
    "use_skip_indexes_on_data_read": 0,
}
"""Of each statement, below the time in which ClickHouse has to answer: a window of days over many
messages may take more, and then the others still answer."""
ONE_THREAD = timedelta(hours=1)
"""For windows so short each statement takes one thread, which costs 8 % less."""
_TOGETHER = 4
_MOST_TEXT = 300
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Window:
    """What is looked at: what happened from `since` up to `at`. `agent` is normalised, or empty."""

    since: datetime
    at: datetime
    agent: str = ""

    @property
    def parameters(self) -> dict[str, Any]:
        """Parameters of every detector."""
        times = {"since": bound(self.since), "at": bound(self.at)}
        return {**times, "agent": self.agent, "most": MOST}


@dataclass(frozen=True)
class Found:
    """Findings, as each detector gives them, the kinds that could not be looked for, those of which
    only the worst MOST are here, and for whom each agent waits."""

    findings: list[Finding]
    failed: dict[str, str]
    cut: list[str]
    waits: dict[str, list[str]]


def detect(
    database: Database, window: Window, thresholds: Mapping[str, Mapping[str, float]]
) -> Found:
    """What all detectors find. One that ClickHouse ends says so, and the others go on.

    Raises Unavailable.
    """
    asking = {kind: {**window.parameters, **thresholds[kind]} for kind in declarations()}
    queries = [(f"{DETECTORS}/{kind}/find", asked) for kind, asked in asking.items()]
    findings, failed = list[Finding](), dict[str, str]()
    waiting = ("diagnose/waits", {"at": bound(window.at), "most": MOST_WAITS})
    limits = LIMITS | ({"max_threads": 1} if window.at - window.since <= ONE_THREAD else {})
    waits, *answers = database.separately([waiting, *queries], _TOGETHER, limits)
    for (kind, asked), rows in zip(asking.items(), answers, strict=True):
        if isinstance(rows, DatabaseError):
            _log.warning("detector %s: %s", kind, rows)
            failed[kind] = _why(str(rows))
        else:
            findings += [finding(declarations()[kind], row, asked) for row in rows]
    each = Counter(one.kind for one in findings)
    cut = [kind for kind, count in each.items() if count == MOST]
    return Found(findings, failed, cut, _by_waiter(waits))


def _why(message: str) -> str:
    """What ClickHouse says, without where it is."""
    return message.partition(" (for url ")[0].partition("\n")[0][:_MOST_TEXT]


def _by_waiter(rows: list[Row] | DatabaseError) -> dict[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    if isinstance(rows, DatabaseError):
        _log.warning("who waits for whom: %s", rows)
        return found
    for row in rows:
        found[row["waiter"]].append(row["awaited"])
    return found
