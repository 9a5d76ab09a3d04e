"""Contract 3: the state of a task, as a table of facts and what follows from them."""

from collections.abc import Sequence

import pytest

from tests.clickhouse.migrations.records import Row, kafka, message, otlp_span, record, sign
from tests.clickhouse.migrations.store import NOW, Store

Fact = tuple[str, Row]
QUEUE = "agent-queue-writer"
GROUP = "agent-writer-consumer"
SENT = "2026-11-22 12:00:00"


def task(**fields: object) -> Fact:
    """The task m-1, at partition 0, offset 10, sent 12:00:00."""
    return "landing_records", record(QUEUE, 10, message(**fields))


def answer(kind: str, at: str, message_id: str = "r-1") -> Fact:
    body = message(
        message_id=message_id, message_type=kind, parent_message_id="m-1", timestamp=at,
        source_agent="Writer",
    )  # fmt: skip
    offset = int(at[14:16]) * 60 + int(at[17:])
    return "landing_records", record("agent-queue-orchestrator", offset, body)


def redriven(at: str, **fields: object) -> Fact:
    """The task m-1 sent again as m-2."""
    body = message(message_id="m-2", timestamp=at, **fields)
    return "landing_records", record(QUEUE, 20, body, {"redrive-of": "m-1"})


def commit(offset: float, at: str = "12:29:00", group: str = GROUP, partition: int = 0) -> Fact:
    name, position = "consumer_group.offset", str(partition)
    at = f"2026-11-22 {at}"
    return "landing_metrics_gauge", kafka(
        name, offset, at, group=group, topic=QUEUE, partition=position
    )


def members(count: int, at: str = "12:29:00", group: str = GROUP) -> Fact:
    at = f"2026-11-22 {at}"
    return "landing_metrics_gauge", kafka("consumer_group.members", count, at, group=group)


def watched(at: str = "12:29:00") -> Fact:
    at = f"2026-11-22 {at}"
    name = "partition.current_offset"
    return "landing_metrics_gauge", kafka(name, 11, at, topic=QUEUE, partition="0")


def event(name: str, at: str = "12:05:00") -> Fact:
    return "landing_logs", sign(1, name, "m-1", f"2026-11-22 {at}")


def process(agent: str) -> Fact:
    attributes = {"messaging.message.id": "m-1", "gen_ai.agent.name": agent}
    return "landing_traces", otlp_span(1, SpanKind="Consumer", SpanAttributes=attributes)


OBSERVER = "agent-telemetry-ingester-json"
VECTORS: dict[str, tuple[Sequence[Fact], str, bool]] = {
    # answers
    "result": ([task(), answer("result", "2026-11-22T12:01:00")], "completed", False),
    "error": ([task(), answer("error", "2026-11-22T12:01:00")], "failed", False),
    "cancel": ([task(), answer("cancel", "2026-11-22T12:01:00")], "cancelled", False),
    "answer is read before its task": (
        [answer("result", "2026-11-22T12:01:00"), task()], "completed", False),
    "answer older than its task by clock skew": (
        [task(), answer("result", "2026-11-22T11:59:00")], "completed", False),
    "the first by event time decides, not by arrival": (
        [task(), answer("result", "2026-11-22T12:02:00", "late"),
         answer("error", "2026-11-22T12:01:00", "early")], "failed", False),
    "answer beats commits, signs and ttl": (
        [task(ttl_seconds=1), commit(11), event("claimed"),
         answer("result", "2026-11-22T12:01:00")], "completed", False),
    "answer after the time asked": (
        [task(), commit(10), members(1), answer("result", "2026-11-22T12:31:00")], "queued", True),
    "heartbeat message is no answer": (
        [task(), commit(10), members(1), answer("heartbeat", "2026-11-22T12:01:00")],
        "queued", True),
    # sent again
    "sent again": ([task(), redriven("2026-11-22T12:01:00")], "superseded", False),
    "sent again, read before its task": (
        [redriven("2026-11-22T12:01:00"), task()], "superseded", False),
    "sent again, beats signs and ttl": (
        [task(ttl_seconds=1), commit(11), event("claimed"),
         redriven("2026-11-22T12:01:00")], "superseded", False),
    "answered after it was sent again": (
        [task(), redriven("2026-11-22T12:01:00"), answer("result", "2026-11-22T12:02:00")],
        "superseded", False),
    "sent again though it was answered": (
        [task(), answer("error", "2026-11-22T12:01:00"), redriven("2026-11-22T12:02:00")],
        "failed", False),
    "sent again after the time asked": (
        [task(), commit(10), members(1), redriven("2026-11-22T12:31:00")], "queued", True),
    "an answer with the header of a redrive is none": (
        [task(), commit(10), members(1), redriven("2026-11-22T12:01:00", message_type="heartbeat")],
        "queued", True),
    # time to live
    "ttl passed": ([task(ttl_seconds=600), commit(10), members(1)], "expired", True),
    "ttl passed while worked on": ([task(ttl_seconds=600), event("started")], "expired", True),
    "ttl not passed": ([task(ttl_seconds=3600), commit(10), members(1)], "queued", True),
    "ttl unreadable": ([task(ttl_seconds="soon"), commit(10), members(1)], "queued", True),
    # signs
    "claimed": ([task(), event("claimed")], "in_progress", True),
    "started": ([task(), event("started")], "in_progress", True),
    "heartbeat only": ([task(), event("heartbeat")], "in_progress", True),
    "claimed later than asked": (
        [task(), commit(10), members(1), event("claimed", "12:45:00")], "queued", True),
    "process span of its target": ([task(), process("Writer")], "in_progress", True),
    "process span of another agent": (
        [task(), commit(10), members(1), process("Reviewer")], "queued", True),
    # offsets
    "committed": ([task(), commit(11)], "in_progress", True),
    "committed up to it": ([task(), commit(10), members(1)], "queued", True),
    "committed by one of two groups": (
        [task(), commit(11), commit(3, group="g2"), members(1)], "queued", True),
    "committed by both groups": ([task(), commit(11), commit(99, group="g2")], "in_progress", True),
    "committed in another partition": (
        [task(), commit(99, partition=1), members(1)], "queued", True),
    "committed by the pipeline only": (
        [task(), commit(99, group=OBSERVER), members(1, group=OBSERVER), watched()], "lost", True),
    "the pipeline behind changes nothing": (
        [task(), commit(11), commit(0, group=OBSERVER)], "in_progress", True),
    "rewound below it": (
        [task(), commit(11, "12:10:00"), commit(5, "12:20:00"), members(1)], "queued", True),
    "rewound and back": (
        [task(), commit(11, "10:00:00"), commit(5, "12:20:00"), commit(11, "12:29:00")],
        "in_progress", True),
    # queued or lost
    "members, never committed": (
        [task(), commit(0, "10:00:00"), members(1), watched()], "queued", True),
    "committed within the hour, no members": (
        [task(), commit(9, "10:00:00"), commit(10, "11:45:00"), commit(10, "12:29:00"),
         members(0)], "queued", True),
    "commit older than an hour, still seen": (
        [task(), commit(9, "10:00:00"), commit(10, "11:00:00"), commit(10, "12:29:00"),
         members(0)], "lost", True),
    "rewound to an old offset within the hour": (
        [task(), commit(5, "09:00:00"), commit(9, "10:00:00"), commit(9, "11:59:00"),
         commit(5, "12:00:00"), members(0)], "queued", True),
    "members left": (
        [task(), commit(9, "10:00:00"), members(2, "10:00:00"), members(0), watched()],
        "lost", True),
    "no group ever": ([task(), watched()], "lost", True),
    # not known
    "nobody looked": ([task()], "unknown", True),
    "nobody looked for an hour": (
        [task(), commit(10, "11:00:00"), members(1, "11:00:00")], "unknown", True),
    "looked only after the time asked": ([task(), watched("12:45:00")], "unknown", True),
}  # fmt: skip


def lay_down(store: Store, facts: Sequence[Fact]) -> None:
    for table, row in facts:
        store.insert(table, [row])


@pytest.mark.parametrize("name", VECTORS)
def test_state(store: Store, name: str) -> None:
    facts, state, pending = VECTORS[name]
    lay_down(store, facts)
    found = store.states()["m-1"]
    assert (found["state"], bool(found["pending"])) == (state, pending)
    lay_down(store, facts[::-1])
    assert store.states()["m-1"] == found
    # An answer of the future has closed the task already: open tasks are those of now.
    is_open = pending and name not in (
        "answer after the time asked",
        "sent again after the time asked",
    )
    still_open = store.states(open_only=True)
    still_open.pop("m-2", None)
    assert [row["state"] for row in still_open.values()] == ([state] if is_open else [])


def test_what_an_answer_tells(store: Store) -> None:
    lay_down(store, [
        task(ttl_seconds=60),
        answer("result", "2026-11-22T12:01:30", "r-1"),
        answer("error", "2026-11-22T12:02:00", "r-2"),
        answer("error", "2026-11-22T12:02:00", "r-2"),
    ])  # fmt: skip
    found = store.states()["m-1"]
    assert found["state"] == "completed"
    assert found["answered_late"]
    assert (found["answer_message_id"], found["answered_by"]) == ("r-1", "writer")
    assert found["answers"] == 2
    assert found["answered_at"] == "2026-11-22 12:01:30.000000000"
    at = "2026-11-22 12:01:15"
    then = store.states(at=at, now=at)["m-1"]
    assert (then["state"], then["pending"], then["answered_at"]) == ("expired", True, None)
    at = "2026-11-22 11:59:59"
    assert store.states(at=at, now=at) == {}


def test_a_redrive_is_no_answer(store: Store) -> None:
    lay_down(store, [
        task(ttl_seconds=60), redriven("2026-11-22T12:01:30"), redriven("2026-11-22T12:01:30"),
        answer("result", "2026-11-22T12:02:00"),
    ])  # fmt: skip
    found = store.states()
    told = ("answers", "answer_message_id", "answered_by", "answered_at", "answered_late")
    assert [found["m-1"][name] for name in told] == [1, "", "", None, False]
    assert found["m-2"]["pending"]
    assert set(store.states(open_only=True)) == {"m-2"}
    at = "2026-11-22 12:01:15"
    then = store.states(at=at, now=at)
    assert [(row["state"], row["pending"]) for row in then.values()] == [("expired", True)]


def test_who_names_himself_waits_like_others(store: Store) -> None:
    own = record(QUEUE, 10, message(), {"redrive-of": "m-1"})
    lay_down(store, [("landing_records", own)])
    assert store.states(open_only=True)["m-1"]["pending"]


def test_signs_of_others_do_not_tell_when_it_was_claimed(store: Store) -> None:
    lay_down(store, [task(), process("Reviewer"), event("claimed", "12:10:00"),
                     event("heartbeat", "12:20:00")])  # fmt: skip
    found = store.states()["m-1"]
    assert found["claimed_at"] == "2026-11-22 12:10:00.000000000"
    assert found["last_sign_at"] == "2026-11-22 12:20:00.000000000"


def test_open_tasks_are_those_without_an_answer(store: Store) -> None:
    lay_down(store, [task(), task(message_id="m-2"), answer("result", "2026-11-22T12:01:00")])
    assert list(store.states(open_only=True)) == ["m-2"]
    # The observer's clean-up forgets the tombstone; a redelivery then brings the task back.
    store.run("OPTIMIZE TABLE open_tasks FINAL CLEANUP")
    lay_down(store, [task()])
    found = store.states(open_only=True)
    assert found["m-1"]["state"] == "completed"
    assert not found["m-1"]["pending"]


@pytest.mark.parametrize("join_use_nulls", [0, 1])
def test_a_client_setting_changes_no_state(store: Store, join_use_nulls: int) -> None:
    lay_down(store, [task()])
    store.run(f"SET join_use_nulls = {join_use_nulls}")
    try:
        found = store.states(at=NOW)["m-1"]
    finally:
        store.run("SET join_use_nulls = 0")
    assert (found["state"], bool(found["pending"]), found["answers"] or 0) == ("unknown", True, 0)
