"""Objects with odd fields and askew clocks on the six JSON topics, through the real Kafka."""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from query_service.db import connect
from tests.clickhouse.migrations.records import JSON_KINDS, message
from tests.e2e import stored
from tests.e2e.answers import LISTS, OF_A_TRACE, OF_AN_AGENT
from tests.e2e.kafka import Record, send
from tests.stack import Stack
from tests.waiting import wait_until

Json = dict[str, Any]
IDS = {
    "span": "span_id",
    "trace": "trace_id",
    "event": "event_id",
    "handoff": "handoff_id",
    "metric": "unique",
    "error": "error_id",
}
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x" * 500,
    "\x00",
    "\ud800",
    "é😀",
    "a/b?c=%00#\n'\\",
    "nan",
    "1970-01-01T00:00:00",
    "2200-01-01T00:00:00Z",
    [],
    {},
    [[None], {"a": [1]}],
    {"k": {"n": 1}},
]
ODD_OF_EACH_FIELD = 4
SOME = 6
NEIGHBOURS = "trace-of-the-neighbours"


def _time(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds")


def _object(kind: str, name: str, fields: Json) -> Record:
    """A record of this kind with ids of its own, and these fields."""
    topic, whole = JSON_KINDS[kind]
    own: Json = {"unique": name, IDS[kind]: name}
    own |= {"context": {"message_id": f"carried-{name}"}} if kind == "handoff" else {}
    return topic, None, json.dumps(whole | own | fields).encode()


def _odd(rng: random.Random) -> list[Record]:
    """Each field of each kind, with some values of types that it never has."""
    cases = [
        (kind, field, value)
        for kind in IDS
        for field in JSON_KINDS[kind][1]
        for value in rng.sample(ODD, ODD_OF_EACH_FIELD)
    ]
    return [
        _object(kind, f"odd-{n}", {"trace_id": f"trace-odd-{n}"} | {field: value})
        for n, (kind, field, value) in enumerate(cases)
    ]


def _askew(now: datetime) -> dict[str, Json]:
    """Times of spans and of traces, by what is askew."""
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    at = {
        "1970": datetime(1970, 1, 1, tzinfo=UTC),
        "2200": datetime(2200, 1, 1, tzinfo=UTC),
        "ahead": now + hour,
        "behind": now - hour,
    }
    times = {
        name: {"start_time": _time(start), "end_time": _time(start + second)}
        for name, start in at.items()
    }
    backwards = {"start_time": _time(now), "end_time": _time(now - hour), "duration_ms": -3.6e6}
    return times | {"backwards": backwards}


def _clocks(askew: dict[str, Json]) -> list[Record]:
    made = []
    for name, times in askew.items():
        made += [
            _object(k, f"{k}-{name}", times | {"trace_id": f"t-{name}"}) for k in ("span", "trace")
        ]
        made += [
            _object(kind, f"{kind}-{name}", {"timestamp": times["start_time"]})
            for kind in ("event", "handoff", "metric", "error")
        ]
        task = message(message_id=f"task-{name}", timestamp=times["start_time"])
        made.append(("agent-queue-askew", None, json.dumps(task).encode()))
    return made


def _neighbour(topic: str, number: int, now: datetime) -> Record:
    """A plain record for the same topic, a second ago."""
    name, at = f"neighbour-{number}", _time(now - timedelta(seconds=1))
    kind = next((kind for kind in IDS if JSON_KINDS[kind][0] == topic), "")
    if not kind:
        return topic, None, json.dumps(message(message_id=name, timestamp=at)).encode()
    times = {"start_time": at, "end_time": _time(now)} if kind in ("span", "trace") else {}
    times |= {} if times else {"timestamp": at}
    trace_id = name if kind == "trace" else NEIGHBOURS
    return _object(kind, name, times | {"trace_id": trace_id})


@pytest.mark.stack
@pytest.mark.timeout(900)
def test_odd_objects_are_kept_and_harm_no_neighbour(stack: Stack) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    rng, now = random.Random(seed), datetime.now(UTC)
    odd = [*_odd(rng), *_clocks(_askew(now))]
    assert len(odd) > 300
    rng.shuffle(odd)
    plain = [_neighbour(topic, n, now) for n, (topic, _, _) in enumerate(odd)]
    mixed = [record for pair in zip(odd, plain, strict=True) for record in pair]
    positions = send(stack.kafka, mixed)
    sent = dict(zip(positions, (value for _, _, value in mixed), strict=True))

    client = connect(stack.settings)
    wait_until(lambda: not stored.missing(client, sent), 180, every=0.5)
    stored.merge(client)
    assert stored.missing(client, sent) == set()
    # Half a surrogate pair is JSON by its grammar, and to ClickHouse's parser it is not.
    halves = {position for position, value in sent.items() if b"\\ud800" in value}
    dead = set(client.query("SELECT topic, partition, offset FROM dead_letters").result_rows)
    assert dead & sent.keys() <= halves

    with httpx.Client(base_url=f"{stack.query_url}/api/v1", timeout=120) as web:
        _neighbours_are_told(web, Counter(topic for topic, _, _ in plain))
        _clocks_are_told(web)
        _everything_answers(web)


def _get(web: httpx.Client, path: str) -> Json:
    answer = web.get(path)
    assert answer.status_code == 200, (path, answer.text)
    found: Json = answer.json()
    return found


def _neighbours_are_told(web: httpx.Client, sent: Counter[str]) -> None:
    """Each neighbour, unmarked."""
    asked = f"?trace_id={NEIGHBOURS}&limit="
    told = {
        "spans": _get(web, f"/traces/{NEIGHBOURS}/spans")["spans"],
        "events": _get(web, f"/events{asked}1000")["events"],
        "handoffs": _get(web, f"/handoffs{asked}1000")["handoffs"],
        "metrics": _get(web, f"/metrics/spans{asked}1000")["metrics"],
    }
    for kind, records in told.items():
        assert len({r["unique"] for r in records}) == sent[f"agent-telemetry-{kind}"], kind
        assert [r for r in records if "oddities" in r] == []
    assert _get(web, f"/errors{asked}500")["total_reports"] == sent["agent-telemetry-errors"]
    tasks = _get(web, "/queues/askew?limit=500")["messages"]
    names = [task["message_id"] for task in tasks if task["message_id"].startswith("neighbour-")]
    assert len(names) == sent["agent-queue-askew"]


def _clocks_are_told(web: httpx.Client) -> None:
    """A time out of range and a negative duration are marked; no other time is."""
    marks = {}
    for name in _askew(datetime.now(UTC)):
        (span,) = (
            s
            for s in _get(web, f"/traces/t-{name}/spans")["spans"]
            if s["span_id"] == f"span-{name}"
        )
        marks[name] = span.get("oddities", [])
    assert marks == {
        "1970": ["start_out_of_range"],
        "2200": ["start_out_of_range"],
        "ahead": [],
        "behind": [],
        "backwards": ["end_before_start"],
    }
    pending = {t["message_id"]: t for t in _get(web, "/queues/askew?limit=500")["pending"]}
    assert pending["task-ahead"]["waiting_seconds"] is None
    assert pending["task-ahead"]["clock_skew"]
    assert pending["task-behind"]["waiting_seconds"] >= 3600


def _everything_answers(web: httpx.Client) -> None:
    """Every endpoint, for some of what it lists; an id with a slash has no path of its own."""
    at = _time(datetime.now(UTC))
    found = {path: _get(web, path.removeprefix("/api/v1")) for path in LISTS}
    for path in LISTS:
        asked = path.removeprefix("/api/v1")
        _get(web, f"{asked}{'&' if '?' in asked else '?'}at={at}")

    def some(path: str, records: str, field: str) -> list[str]:
        ids = [record[field] for record in found[path][records]]
        texts = [name for name in ids if isinstance(name, str) and name and "/" not in name]
        oddest = sorted(texts, key=lambda name: name.startswith("neighbour-"))
        return [quote(name, safe="") for name in oddest[:SOME]]

    for trace_id in some("/api/v1/traces?limit=1000", "traces", "trace_id"):
        for tail in OF_A_TRACE:
            _get(web, f"/traces/{trace_id}{tail}")
    for error_id in some("/api/v1/errors?limit=500", "errors", "error_id"):
        _get(web, f"/errors/{error_id}")
    for agent in some("/api/v1/agents", "agents", "agent_name"):
        for template in OF_AN_AGENT:
            _get(web, f"/{template.format(agent)}")
