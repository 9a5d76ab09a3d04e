"""A record is sent again with another id and time, and everything else as it came."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_service.models.redrive import headers, members, value

NOW = datetime(2026, 11, 22, 12, 30, 0, 123456, tzinfo=UTC)
TEXT = "2026-11-22T12:30:00.123456"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["message_id", "timestamp", "target_agent", "trace_id", "span_id", "payload", "ttl_seconds"]
)
BODIES = st.dictionaries(NAMES | st.text(), ANYTHING, max_size=10)


def again(body: str, target: str | None = None, trace: tuple[str, str] | None = None) -> Any:
    return json.loads(value(body, "new", NOW, target, trace))


@given(
    body=BODIES, indent=st.sampled_from([None, 2]), ascii_only=st.booleans(), target=st.booleans()
)
def test_nothing_changes_but_what_has_to(
    body: dict[str, Any], indent: int | None, ascii_only: bool, target: bool
) -> None:
    text = json.dumps(body, indent=indent, ensure_ascii=ascii_only)
    text = text.encode(errors="replace").decode()  # halves of pairs are not stored
    before = json.loads(text)
    after = again(text, "Writer" if target else None, ("t" * 32, "s" * 16))
    changed = {"message_id": "new", "timestamp": TEXT}
    changed |= {"target_agent": "Writer"} if target else {}
    changed |= {k: v for k, v in (("trace_id", "t" * 32), ("span_id", "s" * 16)) if k in before}
    assert after == {**before, **changed}


@given(body=BODIES)
def test_values_stay_to_the_last_digit(body: dict[str, Any]) -> None:
    text = json.dumps(body)
    assert [name for name, _ in members(text)] == [json.dumps(name) for name in body]
    assert [told for _, told in members(text)] == [json.dumps(one) for one in body.values()]


def test_numbers_stay_as_they_are_written() -> None:
    sent = value(
        '{"payload" : {"a":1.50, "b":1e400,"c":12345678901234567890123}}', "n", NOW, None, None
    )
    assert b'"payload": {"a":1.50, "b":1e400,"c":12345678901234567890123}' in sent


def test_without_a_trace_of_its_own_it_is_in_none() -> None:
    assert again('{"trace_id": "old", "span_id": "old"}')["trace_id"] is None
    assert "trace_id" not in again("{}")


def test_a_name_that_stands_twice_or_escaped_is_changed_each_time() -> None:
    sent = value('{"message_id": "a", "message\\u005fid": "b"}', "n", NOW, None, None)
    assert sent.count(b'"n"') == 2


@pytest.mark.parametrize("body", ["", "[]", "null", '"{}"', "{", '{"a": [1}', '{"a"'])
def test_what_is_no_object_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="JSON object"):
        value(body, "n", NOW, None, None)


def test_twelve_megabytes_of_brackets_are_no_problem() -> None:
    deep = '{"payload": ' + "[" * 500_000 + "]" * 500_000 + "}"
    assert value(deep, "n", NOW, None, None).count(b"[") == 500_000
    large = '{"payload": "' + "x" * 12_000_000 + '"}'
    assert len(value(large, "n", NOW, None, None)) > 12_000_000


def test_headers_are_those_that_were_kept() -> None:
    kept = {
        "traceparent": "00-a-b-01",
        "tracestate": "x=1",
        "baggage": "k=v",
        "message-id": "old",
        "conversation-id": "c-1",
        "cause-message-id": "m-0",
        "hop-count": "3",
        "attempt": "2",
        "enqueued-ms": "1",
        "timestamp": "2026-11-22T11:00:00",
        "service": "agent-planner",
    }
    told = dict(headers(kept, "old", "new", NOW, {"traceparent": "00-c-d-01"}))
    assert {name: text.decode() for name, text in told.items()} == {
        "traceparent": "00-c-d-01",
        "baggage": "k=v",
        "message-id": "new",
        "conversation-id": "c-1",
        "cause-message-id": "m-0",
        "hop-count": "3",
        "attempt": "3",
        "enqueued-ms": "1795350600123",
        "timestamp": TEXT,
        "service": "agent-planner",
        "redrive-of": "old",
        "redrive-root": "old",
    }


def test_the_root_stays_the_first_one() -> None:
    told = dict(headers({"redrive-root": "first", "attempt": "x"}, "second", "third", NOW, {}))
    assert (told["redrive-root"], told["redrive-of"]) == (b"first", b"second")
    assert told["attempt"] == b"2"
    assert "traceparent" not in told
