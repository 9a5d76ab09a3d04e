"""Fields of every odd value: an insert never fails, and no record is lost."""

import json
import string
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.clickhouse.migrations import records
from tests.clickhouse.migrations.kept import check_all_there, load
from tests.clickhouse.migrations.store import Row, Store


def odd_values(n: int) -> list[Any]:
    """One of every JSON type, and what is odd in itself; ids made of them differ by `n`."""
    return [
        None, True, False, n, -n, n + 0.5, 10**30 + n, -(10**19), f"word {n}", "", [n], {"k": n},
        [[n], {"k": [None]}], f"\x00{n}\x00", f"é😀{n}",
        f"1970-01-01T00:00:{n % 60:02}", f"2200-01-01T00:00:{n % 60:02}", "9999-12-31T23:59:59",
        "0000-00-00", "nan", "inf", "1e400", "12:00", "-1", "9" * 40, "'; DROP TABLE tasks --",
    ]  # fmt: skip


def test_every_field_of_every_kind_with_every_type(store: Store) -> None:
    rows: list[Row] = []
    bodies = {}
    for kind, (topic, whole) in records.JSON_KINDS.items():
        # The id of an error message is an error id: `error` draws the same ones.
        for field in whole.keys() - ({"message_id"} if kind == "error_message" else set()):
            for value in odd_values(len(rows)):
                offset = len(rows)
                ids = {
                    name: f"{kind}-{offset}"
                    for name in ("message_id", "span_id", "event_id", "handoff_id", "error_id")
                    if name in whole
                } | ({"trace_id": f"trace-{offset}"} if kind == "trace" else {})
                mutant = whole | ids | {field: value}
                if kind == "handoff" and field != "context":
                    mutant["context"] = {"message_id": f"carried-{offset}"}
                if kind in ("metric", "handoff", "event", "error"):
                    mutant["unique"] = offset
                text = json.dumps(mutant)
                bodies[offset] = text
                rows.append(records.record(topic, offset, text.encode()))
    load(store, "landing_records", rows)
    check_all_there(store, rows, bodies)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.sampled_from(odd_values(7)),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(string.printable, max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(
    max_examples=12,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(data=st.data())
def test_mutated_records(engine: Store, data: st.DataObject) -> None:
    engine.clear()
    rows, bodies = [], {}
    for offset in range(20):
        topic, whole = data.draw(st.sampled_from(list(records.JSON_KINDS.values())))
        fields = data.draw(st.lists(st.sampled_from(sorted(whole)), max_size=3))
        mutant = whole | {field: data.draw(json_values) for field in fields}
        # An id of its own for each record, so that none is a redelivery of another.
        for name in ("message_id", "span_id", "event_id", "handoff_id", "error_id", "trace_id"):
            if name in whole:
                mutant[name] = f"{name}-{offset}"
        if "handoff_id" in whole:
            mutant["context"] = {}
        mutant["unique"] = offset
        text = json.dumps(mutant, ensure_ascii=data.draw(st.booleans()))
        raw = text.encode("utf-8", "surrogatepass")
        if data.draw(st.integers(0, 9)) == 0:
            cut = data.draw(st.integers(0, len(raw)))
            raw = raw[:cut] + data.draw(st.binary(max_size=4)) + raw[cut + 1 :]
        bodies[offset] = raw.decode("utf-8", "replace")
        rows.append(records.record(topic, offset, raw))
    load(engine, "landing_records", rows)
    check_all_there(engine, rows, bodies)


def test_a_state_asked_over_absurd_tasks_is_still_answered(store: Store) -> None:
    ttls: list[object] = ["nan", "inf", "-inf", 1e300, -5, "x", {}, 0, True, 1e-9]
    days = ["1970-01-01T00:00:00", "2200-01-01T00:00:00", "2026-11-22T11:00:00", "nonsense"]
    tasks = [
        records.message(message_id=f"m-{n}-{day}", ttl_seconds=ttl, timestamp=day)
        for n, ttl in enumerate(ttls)
        for day in days
    ]
    rows = [records.record("agent-queue-writer", n, task) for n, task in enumerate(tasks)]
    load(store, "landing_records", rows)
    assert len(store.states(at="2100-01-01 00:00:00")) == len(tasks)
    assert len(store.states(at="2100-01-01 00:00:00", open_only=True)) == len(tasks)
