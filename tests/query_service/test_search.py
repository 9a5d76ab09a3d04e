"""/search finds everything that was recorded: by any id, by its beginning, by its words."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from query_service.models.cursor import Cursor
from tests.query_service.engine import NOW, Service, load, produced, recorded

VALUES = [(record["topic"], json.loads(record["value"])) for record in recorded()]


def found(service: Service, q: str, more: str = "") -> list[dict[str, Any]]:
    answer = service.get(f"/api/v1/search?q={quote(q, safe='')}{more}")
    items: list[dict[str, Any]] = answer["items"]
    return items


def _ids() -> dict[str, str]:
    """One id of each kind."""
    first = dict(reversed(VALUES))
    queue = next(topic for topic in first if topic.startswith("agent-queue-"))
    return {
        "message": first[queue]["message_id"],
        "span": first["agent-telemetry-spans"]["span_id"],
        "trace": first["agent-telemetry-traces"]["trace_id"],
        "error": first["agent-telemetry-errors"]["error_id"],
        "event": first["agent-telemetry-events"]["event_id"],
        "handoff": first["agent-telemetry-handoffs"]["handoff_id"],
        "session": first["agent-telemetry-traces"]["session_id"],
    }


IDS = _ids()


@pytest.mark.parametrize("kind", IDS)
def test_any_id_and_its_beginning_find_the_thing(earlier: Service, kind: str) -> None:
    for q in (IDS[kind], f" {IDS[kind][:12].upper()} ", IDS[kind][:8]):
        things = found(earlier, q, f"&kinds={kind}&limit=100")
        assert (kind, IDS[kind]) in {(thing["kind"], thing["id"]) for thing in things}
    assert found(earlier, IDS[kind])[0]["id"] == IDS[kind]
    assert found(earlier, IDS[kind][:7], f"&kinds={kind}") == []


def test_all_messages_by_their_ids(earlier: Service) -> None:
    for topic, value in VALUES:
        if topic.startswith("agent-queue-"):
            (thing,) = found(earlier, value["message_id"], "&kinds=message")
            assert (thing["id"], thing["agent"]) == (value["message_id"], topic[12:])


def test_every_word_has_to_be_there(empty: Service) -> None:
    task = {"message_id": "m1", "message_type": "task", "source_agent": "A", "target_agent": "W"}
    at = {"timestamp": "2026-11-22T11:00:00"}
    payload = {"text": "The Order 4711 of été\nis late", "by": "someone@example.com"}
    sent = task | at | {"reason": "Look into it", "payload": payload}
    load(empty.tables, [produced("agent-queue-w", i, **sent) for i in range(2)])
    for q in ("order 4711", "LATE", "été", "someone@example.com", "look order", "4711 it"):
        (thing,) = found(empty, q)
        assert (thing["id"], thing["title"]) == ("m1", "task A → W"), q
    assert "4711" in found(empty, "order 4711")[0]["preview"]
    for q in ("orde", "4711 early", "message", "'", "order' OR 1=1 --"):
        assert found(empty, q) == [], q


def test_the_window_is_a_day_unless_told(empty: Service) -> None:
    task = {"message_type": "task", "source_agent": "A", "target_agent": "W", "reason": "brew tea"}
    times = ("2026-11-22T12:00:00", "2026-11-22T10:00:00", "2026-11-20T10:00:00")
    records = [
        produced("agent-queue-w", i, **task, message_id=f"message-{i}", timestamp=time)
        for i, time in enumerate(times)
    ]
    load(empty.tables, records)

    def ids(more: str = "") -> list[str]:
        return [thing["id"] for thing in found(empty, "tea", more)]

    assert ids() == ["message-0", "message-1"]
    assert ids("&since=7d") == ["message-0", "message-1", "message-2"]
    assert ids("&since=2h") == ["message-0"]
    assert ids("&since=7d&until=2026-11-22T11:00:00") == ["message-1", "message-2"]
    assert ids("&at=2026-11-22T11:00:00") == ["message-1"]
    assert ids("&kinds=span&kinds=error") == []
    assert [thing["id"] for thing in found(empty, "message-2")] == ["message-2"]


def test_few_new_hits_do_not_hide_older_ones(empty: Service) -> None:
    task = {"message_type": "task", "reason": "brew tea"}
    times = [f"2026-11-22T12:{minute}:00" for minute in (20, 25)]
    times += [f"2026-11-22T{hour:02}:00:00" for hour in (8, 9, 10, 11)]
    times += ["2026-11-21T20:00:00", "2026-11-21T21:00:00"]
    records = [
        produced("agent-queue-w", i, **task, message_id=f"m{i}", timestamp=time)
        for i, time in enumerate(times)
    ]
    load(empty.tables, records)
    shown = [thing["time"] for thing in found(empty, "tea")]
    assert shown == sorted(times, reverse=True)
    assert [thing["time"] for thing in found(empty, "tea", "&limit=3")] == shown[:3]


def test_what_is_left_out_is_told(empty: Service) -> None:
    task = {"message_type": "task", "reason": "brew tea", "timestamp": "2026-11-22T12:00:00"}
    load(
        empty.tables,
        [produced("agent-queue-w", i, **task, message_id=f"message-{i}") for i in range(5)],
    )
    answer = empty.get("/api/v1/search?q=tea&limit=3")
    assert (len(answer["items"]), answer["more_of"]) == (3, ["message"])
    assert empty.get("/api/v1/search?q=tea&limit=5")["more_of"] == []
    assert empty.get("/api/v1/search?q=message-&limit=2")["more_of"] == ["message"]


def test_errors_by_parts_of_words_and_spans_by_name(earlier: Service) -> None:
    assert {thing["kind"] for thing in found(earlier, "schemavalid", "&kinds=error")} == {"error"}
    name = earlier.tables.query("SELECT any(name) FROM span_outlines").result_rows[0][0]
    things = found(earlier, name, "&kinds=span&limit=100")
    assert things
    assert {thing["title"] for thing in things if thing["title"] == name}


def test_links_lead_there(earlier: Service) -> None:
    for kind, own in IDS.items():
        if kind in ("message", "handoff"):
            continue  # /handoffs/{message_id}
        for thing in found(earlier, own, f"&kinds={kind}"):
            assert earlier.get(thing["link"])


@pytest.mark.parametrize("sort", ["relevance", "time"])
def test_a_group_of_errors_by_its_fingerprint(empty: Service, sort: str) -> None:
    def error(number: int, **more: str) -> dict[str, Any]:
        told = {"error_id": f"e{number}", "error_type": "Odd", "error_message": f"no {number}"}
        told |= {"trace_id": f"t{number}", "timestamp": f"2026-11-19T11:00:0{number}.5"}
        return produced("agent-telemetry-errors", number, **(told | more))

    load(empty.tables, [error(1), error(2), error(3, error_message="another")])
    group = empty.get("/api/v1/errors/e1")["error"]["fingerprint"]
    task = {"message_type": "task", "timestamp": "2026-11-22T11:00:00", "message_id": "m1"}
    span = {"span_id": group, "trace_id": "t9", "start_time": "2026-11-22T11:00:00"}
    load(empty.tables, [produced("agent-queue-w", 1, **task, reason=f"mend {group}")])
    load(empty.tables, [produced("agent-telemetry-spans", 1, **span)])
    for limit in (1, 100):
        things = pages(empty, group, f"&sort={sort}", limit)
        kinds = ["error_group", "span", "message"]
        assert sorted(thing["kind"] for thing in things) == sorted(kinds)
        assert sort == "time" or [thing["kind"] for thing in things] == kinds
    [thing] = found(empty, group.upper(), "&kinds=error_group")
    assert (thing["title"], thing["time"]) == ("Odd", "2026-11-19T11:00:02")
    assert empty.get(thing["link"])["group"]["failures"] == 2
    assert found(empty, group, "&kinds=error_group&since=1d") == []


def test_the_link_of_an_event_without_a_trace(empty: Service) -> None:
    for n, time in enumerate(("11:00:00.9", "11:00:01", "10:59:59.9")):
        event = {"event_id": f"event-{n}", "timestamp": f"2026-11-22T{time}"}
        load(empty.tables, [produced("agent-telemetry-events", n, **event)])
    [thing] = found(empty, "event-0")
    assert [e["event_id"] for e in empty.get(thing["link"])["events"]] == ["event-0"]


def pages(service: Service, q: str, more: str, limit: int) -> list[dict[str, Any]]:
    """All things, by pages."""
    things, cursor = [], ""
    while True:
        path = f"/api/v1/search?q={q}&limit={limit}{more}{cursor}"
        answer = service.get(path)
        things += answer["items"]
        assert len(things) <= 100
        if answer["next_cursor"] is None:
            return things
        cursor = f"&cursor={answer['next_cursor']}"


@pytest.mark.parametrize("sort", ["relevance", "time"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_have_each_thing_once(empty: Service, sort: str, limit: int) -> None:
    task = {"message_type": "task", "source_agent": "tea-party", "reason": "brew tea-party"}
    records = []
    for n in range(12):
        at = f"2026-11-22T{10 + n % 2}:00:00.{n // 4:03}"
        message = {"message_id": f"m{n}" if n % 3 else f"tea-party-{n}", "timestamp": at}
        records.append(produced("agent-queue-w", n, **task, **message))
        records.append(produced("agent-queue-w", n, **task, **message))
        records.append(produced("agent-queue-v", n, **task, **message))
        error = {"error_type": "Tea", "error_message": "no party tea-party", "timestamp": at}
        records.append(produced("agent-telemetry-errors", n, error_id=f"e{n}", **error))
    load(empty.tables, records)
    whole = found(empty, "tea-party", f"&limit=100&sort={sort}")
    assert len(whole) == len({(thing["kind"], thing["id"]) for thing in whole}) == 24
    if sort == "time":
        assert whole == sorted(whole, key=lambda thing: thing["time"][:19], reverse=True)
    else:
        assert {thing["id"] for thing in whole[:4]} == {f"tea-party-{n}" for n in range(0, 12, 3)}
    assert pages(empty, "tea-party", f"&sort={sort}", limit) == whole


def test_a_cursor_that_was_made_up_is_refused(empty: Service) -> None:
    load(empty.tables, [])
    page = Cursor(at=NOW, now=NOW, after_id="[1]", sort="relevance").encode()
    empty.get(f"/api/v1/search?q=tea&cursor={page}", status=422)


def test_what_its_id_does_not_find_is_found_by_its_words(empty: Service) -> None:
    """The index of ids knows whole seconds, and of a message that was sent again its first time."""
    task = {"message_type": "task", "reason": "tea"}
    sent = [("abcdefgh1", "11:00:00.7"), ("abcdefgh2", "10:00:00"), ("abcdefgh2", "11:30:00")]
    records = [
        produced("agent-queue-w", n, **task, message_id=own, timestamp=f"2026-11-22T{time}",
                 payload=own)
        for n, (own, time) in enumerate(sent)
    ]  # fmt: skip
    load(empty.tables, records)
    for _ in range(2):
        for own in ("abcdefgh1", "abcdefgh2"):
            things = found(empty, own, "&since=2026-11-22T11:00:00.5")
            assert [thing["id"] for thing in things] == [own]
        empty.tables.command("OPTIMIZE TABLE search_ids FINAL")


def test_what_came_many_times_hides_nothing_older(empty: Service) -> None:
    task = {"message_type": "task", "reason": "tea"}
    times = [("m1", "12:00:00")] * 8 + [("m2", "11:50:00")]
    records = [
        produced("agent-queue-w", n, **task, message_id=own, timestamp=f"2026-11-22T{time}")
        for n, (own, time) in enumerate(times)
    ]
    error = {"error_type": "Tea", "error_message": "tea", "timestamp": "2026-11-22T11:40:00"}
    load(empty.tables, [*records, produced("agent-telemetry-errors", 1, error_id="e1", **error)])
    for sort in ("relevance", "time"):
        things = pages(empty, "tea", f"&sort={sort}", 2)
        assert [thing["id"] for thing in things] == ["m1", "m2", "e1"]


@pytest.mark.parametrize("kind", ["message", "span"])
def test_things_of_one_time_are_in_order(empty: Service, kind: str) -> None:
    records = []
    for n in range(12):
        # Not in the order in which they are stored.
        ids = {"message_id": f"i{50 - n}", "span_id": f"i{50 - n}", "trace_id": f"t{n:02}"}
        of_message = {"message_type": "task", "reason": "tea", "timestamp": "2026-11-22T12:00:00"}
        of_span = {"agent_name": "W", "response": "tea", "start_time": "2026-11-22T12:00:00"}
        records.append(produced("agent-queue-w", n, **ids, **of_message))
        records.append(produced("agent-telemetry-spans", n, **ids, **of_span))
    load(empty.tables, records)
    things = pages(empty, "tea", f"&sort=time&kinds={kind}", 1)
    assert [thing["id"] for thing in things] == [f"i{50 - n}" for n in reversed(range(12))]


def test_of_a_span_its_end_is_shown(empty: Service) -> None:
    span = {"span_id": "s1", "trace_id": "t1", "agent_name": "W", "response": "a tea"}
    span |= {"start_time": "2026-11-22T12:00:00"}
    ended = {"status": "completed", "end_time": "2026-11-22T12:00:01", "response": "the tea"}
    for n, more in enumerate(({}, ended)):
        load(empty.tables, [produced("agent-telemetry-spans", n, **(span | more))])
    [thing] = found(empty, "tea")
    assert thing["preview"] == "the tea"


@pytest.mark.parametrize("sort", ["relevance", "time"])
@pytest.mark.parametrize("limit", [1, 2, 100])
def test_what_was_sent_again_with_another_time_is_found_once(
    empty: Service, sort: str, limit: int
) -> None:
    """At its latest time that has the words, however the pages are cut."""
    task = {"message_type": "task", "reason": "tea"}
    times = ["09:00:00", "09:10:00", "09:00:00.5", "11:00:00", "11:10:00", "10:00:00"]
    sent = [(f"m{n % 3}", time, task) for n, time in enumerate(times)]
    sent.append(("m1", "11:30:00", {**task, "reason": "coffee"}))  # again, without the word
    records = [
        produced("agent-queue-w", n, message_id=own, timestamp=f"2026-11-22T{time}", **more)
        for n, (own, time, more) in enumerate(sent)
    ]
    load(empty.tables, records)
    things = pages(empty, "tea", f"&sort={sort}", limit)
    assert [(thing["id"], thing["time"][11:]) for thing in things] == [
        ("m1", "11:10:00"),
        ("m0", "11:00:00"),
        ("m2", "10:00:00"),
    ]
