"""Every query file, and values for what is bound in it."""

import re
from pathlib import Path

from query_service import db
from tests.clickhouse.migrations.records import TRACE

_PARAMETER = re.compile(r"\{(\w+):([^{}]+)\}")
_NAMED = {
    "agent": "",
    "source": "",
    "target": "",
    "message_id": "m-1",
    "trace_id": "",
    "until": "2026-11-22 13:00:00",
    "to": "2026-11-22 13:00:00",
    "since": "2026-11-22 11:00:00",
    "ids": "['m-1', 'm-2', 'x-1']",
    "trace_ids": f"['{TRACE}']",
    "traces": f"['{TRACE}']",
    "topics": "['agent-queue-writer', 'agent-queue-orchestrator', 'agent-queue-x']",
    "waits": "['queued', 'queued', 'lost']",
    "topic": "agent-queue-writer",
    "partitions": "[0, 0, 0]",
    "offsets": "[1, 2, 3]",
    "hashes": "[1, 2, 3]",
    "moved_from": "[]",
    "places": "['agent-queue-writer/0']",
    "words": "['boom']",
    "left_out": "[]",
    "moved": "[]",
    "units": "[]",
    "turn": "1",
    "high": "9223372036854775807",
    "low": "0",
    "last": "9000000000000000",
    "skip": "0",
    "buckets": "['2026-11-22 12:00:00', '2026-11-22 12:10:00', '2026-11-22 12:20:00']",
    "tables": "['tasks', 'spans']",
    "shards": "1",
    "shard": "0",
    "step": "300",
    "seconds": "3600",
}
_OF_ARRIVAL = {"until": "2100-01-01 00:00:00", "touched_to": "2100-01-01 00:00:00"}
"""These are to the microsecond; what comes in tests has arrived today."""
_BY_TYPE = (
    ("Identifier", "stored_failures"),
    ("Array(Tuple(", f"[('2026-11-22 12:00:00', '{TRACE}')]"),
    ("Array(DateTime", "['2026-11-22 12:00:00']"),
    ("Array(String", "['a']"),
    ("Array(", "[1]"),
    ("DateTime", "2026-11-22 12:30:00"),
    ("String", ""),
    ("Bool", "0"),
    ("Float64", "1"),
    ("UUID", "00000000-0000-0000-0000-000000000001"),
    ("UInt32", "1000"),
    ("", "1"),
)


def names() -> list[str]:
    """The names by which the services run them."""
    folder = db.SQL.parent
    files = [*_below(db.SQL, db.SQL), *_below(folder / db.DETECTORS, folder)]
    return sorted(files)


def _below(folder: Path, root: Path) -> list[str]:
    return [str(file.relative_to(root).with_suffix("")) for file in folder.rglob("*.sql")]


def bound(text: str) -> dict[str, str]:
    """A value for each parameter: one that finds something in `deliveries`, else of its type."""
    return {name: _fitting(name, kind) for name, kind in _PARAMETER.findall(text)}


def _fitting(name: str, kind: str) -> str:
    if kind.startswith("DateTime64(6") and name in _OF_ARRIVAL:
        return _OF_ARRIVAL[name]
    usual = next(value for start, value in _BY_TYPE if kind.startswith(start))
    wanted = _NAMED.get(name, usual)
    is_list, is_time = wanted.startswith("["), wanted.startswith("2026")
    fits = (
        is_list == kind.startswith("Array(")
        and is_time == kind.startswith("DateTime")
        and not (
            is_list
            and len(wanted) > 2
            and ("'" in wanted) != ("String" in kind or "DateTime" in kind)
        )
        and not (is_list and kind.startswith("Array(Tuple"))
        and kind != "Identifier"
    )
    return wanted if fits else usual
