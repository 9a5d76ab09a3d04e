"""AgentMessage: what other agents write is read, what is written is read again."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk import AgentMessage, MessageType, Priority

_FIELDS = {
    "message_id",
    "source_agent",
    "target_agent",
    "message_type",
    "priority",
    "payload",
    "trace_id",
    "span_id",
    "parent_message_id",
    "reason",
    "timestamp",
    "ttl_seconds",
}
_LEGACY = {
    "message_id": "m1",
    "source_agent": "Orchestrator",
    "target_agent": "Code Helper",
    "message_type": "result",
    "priority": "high",
    "payload": {"result": "done", "agent": "Code Helper"},
    "trace_id": None,
    "span_id": None,
    "parent_message_id": "m0",
    "reason": "",
    "timestamp": "2026-11-01T10:00:00.123456",
    "ttl_seconds": None,
}

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)
_messages = st.builds(
    AgentMessage,
    message_id=_text.filter(bool),
    source_agent=_text,
    target_agent=_text,
    message_type=st.sampled_from(MessageType),
    priority=st.sampled_from(Priority),
    payload=st.dictionaries(_text, _json, max_size=3),
    trace_id=st.none() | st.from_regex("[0-9a-f]{32}", fullmatch=True),
    span_id=st.none() | st.from_regex("[0-9a-f]{16}", fullmatch=True),
    parent_message_id=st.none() | _text,
    reason=_text,
    timestamp=st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    ttl_seconds=st.none() | st.integers(-1, 10**9),
)


@given(_messages)
def test_what_is_written_is_read_again(message: AgentMessage) -> None:
    value = message.to_bytes()
    assert AgentMessage.from_bytes(value).model_dump() == message.model_dump()
    assert set(json.loads(value)) == _FIELDS


@given(st.binary(max_size=200) | _json.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_message_raises_only_value_error(value: bytes) -> None:
    with pytest.raises(ValueError, match="AgentMessage"):
        AgentMessage.from_bytes(value)


@given(st.dictionaries(st.sampled_from(sorted(_FIELDS)), _json), _text)
def test_wrong_types_raise_only_value_error(changes: dict[str, object], extra: str) -> None:
    record = {**_LEGACY, "unknown field": extra, **changes}
    try:
        message = AgentMessage.from_bytes(json.dumps(record).encode())
    except ValueError:
        assert changes
        return
    assert message.message_id


def test_a_message_of_an_existing_agent() -> None:
    message = AgentMessage.from_bytes(json.dumps(_LEGACY).encode())
    assert message.message_type is MessageType.RESULT
    assert message.priority is Priority.HIGH
    assert message.timestamp == datetime(2026, 11, 1, 10, 0, 0, 123456, tzinfo=UTC)
    assert message.parent_message_id == "m0"
    assert json.loads(message.to_bytes()) == _LEGACY


def test_missing_and_null_fields_take_their_defaults() -> None:
    message = AgentMessage.from_bytes(b'{"message_id": "m", "payload": null, "reason": null}')
    assert (message.payload, message.reason, message.source_agent) == ({}, "", "")
    assert message.message_type is MessageType.TASK


def test_an_id_is_never_made_up_for_a_record() -> None:
    with pytest.raises(ValueError, match="message_id"):
        AgentMessage.from_bytes(b'{"source_agent": "a", "target_agent": "b"}')


def test_times_are_written_in_utc_without_a_zone() -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    message = AgentMessage(message_id="m", timestamp=noon)
    assert json.loads(message.to_bytes())["timestamp"] == "2026-06-01T10:00:00.000000"


@pytest.mark.parametrize(("ttl", "expired"), [(None, False), (3600, False), (0, True)])
def test_expired(ttl: int | None, expired: bool) -> None:
    sent = datetime.now(UTC) - timedelta(seconds=1)
    assert AgentMessage(message_id="m", timestamp=sent, ttl_seconds=ttl).expired is expired


def test_payload_values_that_json_cannot_say_do_not_break_the_value() -> None:
    message = AgentMessage(
        message_id="m",
        payload={"not a number": float("nan"), "when": datetime(2026, 1, 1), "what": {1, 2}},
    )
    payload = json.loads(message.to_bytes(), parse_constant=pytest.fail)["payload"]
    assert payload["not a number"] is None
    assert payload["when"].startswith("2026-01-01")


def test_any_object_in_a_payload_becomes_text() -> None:
    message = AgentMessage(message_id="m", payload={"error": ValueError("no"), "type": int})
    assert json.loads(message.to_bytes())["payload"] == {"error": "no", "type": "<class 'int'>"}
