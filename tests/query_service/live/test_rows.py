"""Each row becomes the message that clients of the earlier system know."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionType
from wsproto.events import TextMessage

from query_service.live.rows import encode, sent_event, text_frame
from tests.query_service.live.arrived import live


@given(st.one_of(st.text(max_size=200), st.integers(0, 140_000).map(lambda n: "é" * (n // 2))))
def test_a_frame_is_one_whole_text_message(text: str) -> None:
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(text_frame(text.encode()) + text_frame(b"next"))
    said: list[str] = []
    whole = ""
    for event in client.events():
        assert isinstance(event, TextMessage)
        whole += event.data
        if event.message_finished:
            said, whole = [*said, whole], ""
    assert said == [text, "next"]


def sent(**fields: Any) -> dict[str, Any]:
    """The message that a row becomes."""
    told: dict[str, Any] = json.loads(live(**fields).json)
    return told


def test_a_message_is_the_record_and_what_we_add_stands_beside() -> None:
    record = {"message_id": "m9", "payload": {"a": [1]}, "cursor": "the sender's own"}
    told = sent(record=json.dumps(record), record_bytes=99)
    assert told["type"] == "agent_queue_message"
    assert told["queue_topic"] == "agent-queue-writer"
    assert (told["message_id"], told["payload"]) == ("m9", {"a": [1]})
    assert told["cursor"] == "the sender's own"


def test_an_event_has_no_type() -> None:
    told = sent(kind="event", type="agent_start", record='{"data": {}}', record_bytes=12)
    assert "type" not in told
    assert told["event_type"] == "agent_start"


def test_an_error_has_the_words_of_the_earlier_system() -> None:
    told = sent(kind="error", severity="critical", type="ValueError", preview="no")
    assert (told["type"], told["event_type"]) == ("error", "error_recorded")
    assert told["message"] == "[CRITICAL] ValueError: no"


@pytest.mark.parametrize(
    ("severity", "state", "status"),
    [("", "running", "running"), ("", "ended", "completed"), ("error", "ended", "failed")],
)
def test_a_span_tells_its_status(severity: str, state: str, status: str) -> None:
    assert sent(kind="span", severity=severity, state=state)["status"] == status


@pytest.mark.parametrize("kind", ["handoff", "trace_record", "dead_letter"])
def test_the_other_kinds_name_themselves(kind: str) -> None:
    assert sent(kind=kind)["type"] == kind.removesuffix("_record")


def test_a_record_that_is_too_large_is_left_out_and_said_so() -> None:
    told = sent(record="", record_bytes=300_000)
    assert (told["truncated"], told["record_bytes"]) == (True, 300_000)
    assert told["preview"] == "write it"


@pytest.mark.parametrize("record", ['{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', "[1]", "{"])
def test_whatever_came_becomes_json(record: str) -> None:
    assert json.loads(live(record=record, record_bytes=9).json)["kind"] == "message"


def test_only_plain_events_have_no_name_in_the_stream() -> None:
    assert live(kind="event").event.startswith(b"data: {")
    assert live(kind="error").event.startswith(b"event: error_recorded\ndata: {")
    assert sent_event(encode({"a": "\n"})) == b'data: {"a": "\\n"}\n\n'
