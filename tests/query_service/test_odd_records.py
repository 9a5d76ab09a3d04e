"""Whatever was stored, no endpoint fails, and what is told is valid JSON."""

import json
from itertools import product
from typing import Any
from urllib.parse import quote

from tests.query_service.engine import Service, load, recorded

ODD: list[Any] = [
    None,
    "",
    0,
    -1,
    True,
    [],
    {},
    [[{"a": None}]],
    {"trace_id": 5},
    "1970-01-01T00:00:00",
    "2200-01-01T00:00:00Z",
    "not a time",
    "x" * 5000,
    "\ud800",
    "a/b?c=%00#\n\t'\\",
]
LISTS = (
    "/api/v1/queues",
    "/api/v1/errors?limit=500",
    "/api/v1/errors/summary",
    "/api/v1/traces?limit=1000",
    "/api/v1/traces?status=failed",
    "/api/v1/metrics",
    "/api/v1/metrics/spans?limit=1000",
    "/api/v1/handoffs?limit=1000",
    "/api/v1/events?limit=1000",
    "/api/v1/agents",
)


def _mutated() -> list[dict[str, Any]]:
    """One record of each kind, under ids of its own for each field that is odd in each way."""
    made: list[dict[str, Any]] = []
    for record in {r["topic"]: r for r in recorded()}.values():
        sent = json.loads(record["value"])
        ids = {key for key in sent if key.endswith("_id") and isinstance(sent[key], str)}
        for number, (field, odd) in enumerate(product(sent, ODD)):
            own = {key: f"{sent[key]}-{number}" for key in ids}
            made.append(record | {"offset": number, "value": json.dumps(sent | own | {field: odd})})
        deep = record["value"].replace("{", '{"deep":' + "[" * 600 + "]" * 600 + ",", 1)
        infinite = record["value"].replace("{", '{"number":1e999,', 1)
        made += [
            record | {"offset": 10_000 + i, "value": v} for i, v in enumerate([deep, infinite])
        ]
    return made


def _not_utf8(value: str) -> bytes:
    """The record with bytes that are no UTF-8 in every text that is an id or a name."""
    return (
        value.encode().replace(b'_id": "', b'_id": "\xff\xc3').replace(b'name": "', b'name": "\xe2')
    )


def _strict(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def test_no_endpoint_fails_on_odd_records(empty: Service) -> None:
    load(empty.tables, _mutated())
    load(empty.tables, [r | {"value": _not_utf8(r["value"])} for r in recorded()])
    failed = []
    found: dict[str, Any] = {}

    def walk(path: str) -> None:
        response = empty.web.get(path)
        if response.status_code not in (200, 404):
            failed.append((path, response.status_code))
        found[path] = _strict(response.text)

    for path in LISTS:
        walk(path)
    for path in ("/api/v1/queues", "/api/v1/traces", "/api/v1/agents"):
        walk(f"{path}?at=2026-11-22T12:00:00")
    for queue in found["/api/v1/queues"]["queues"][::3]:
        walk(f"/api/v1/queues/{quote(queue['agent_name'], safe='')}?limit=500")
    for error in found["/api/v1/errors?limit=500"]["errors"][::100]:
        walk(f"/api/v1/errors/{quote(str(error['error_id']), safe='')}")
    for trace in found["/api/v1/traces?limit=1000"]["traces"][::100]:
        for tail in ("", "/spans", "/timeline", "/graph", "/errors"):
            walk(f"/api/v1/traces/{quote(str(trace['trace_id']), safe='')}{tail}")
    assert not failed
