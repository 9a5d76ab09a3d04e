"""Headers: ours come back as they went, others' never break the reading."""

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from agent_sdk import AgentMessage, MessageHeaders
from agent_sdk._headers import creation_context, decode, encode

_TRACE = 0x4BF92F3577B34DA6A3CE929D0E0E4736
_SPAN = 0x00F067AA0BA902B7
_number = st.integers(0, 10**15)
_id = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def _sender() -> SpanContext:
    return SpanContext(_TRACE, _SPAN, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


@given(
    message_id=_id,
    cause=st.none() | _id,
    conversation=st.none() | _id,
    hops=_number,
    attempt=st.integers(1, 100),
    enqueued=st.integers(1, 10**15),
)
def test_what_is_written_is_read_again(
    message_id: str,
    cause: str | None,
    conversation: str | None,
    hops: int,
    attempt: int,
    enqueued: int,
) -> None:
    headers = MessageHeaders(message_id, cause, conversation, hops, attempt, enqueued)
    again = decode(list(encode(headers)))
    assert again == MessageHeaders(
        message_id, cause, conversation, hops, attempt, enqueued, again.context
    )


def test_names_of_the_contract() -> None:
    context = set_span_in_context(NonRecordingSpan(_sender()))
    headers = MessageHeaders("m", "c", "talk", 2, 3, 1700000000000, context, "o", "r")
    assert (decode(encode(headers)).redrive_of, decode(encode(headers)).redrive_root) == ("o", "r")
    assert dict(encode(headers)) == {
        "traceparent": b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "message-id": b"m",
        "cause-message-id": b"c",
        "conversation-id": b"talk",
        "hop-count": b"2",
        "attempt": b"3",
        "enqueued-ms": b"1700000000000",
        "redrive-of": b"o",
        "redrive-root": b"r",
    }


def test_the_trace_goes_on() -> None:
    context = set_span_in_context(NonRecordingSpan(_sender()))
    read = decode(list(encode(MessageHeaders("m", context=context))))
    found = get_current_span(creation_context(read, AgentMessage(message_id="m")))
    assert found.get_span_context().trace_id == _TRACE
    assert found.get_span_context().span_id == _SPAN


def test_without_headers_the_ids_of_the_body_count() -> None:
    message = AgentMessage(
        message_id="m", trace_id=format(_TRACE, "032x"), span_id=format(_SPAN, "016x")
    )
    found = get_current_span(creation_context(decode([]), message)).get_span_context()
    assert (found.trace_id, found.span_id, found.is_remote) == (_TRACE, _SPAN, True)


@given(trace_id=st.none() | st.text(max_size=40), span_id=st.none() | st.text(max_size=20))
def test_ids_of_another_form_are_no_context(trace_id: str | None, span_id: str | None) -> None:
    message = AgentMessage(message_id="m", trace_id=trace_id, span_id=span_id)
    found = get_current_span(creation_context(decode([]), message)).get_span_context()
    if found.is_valid:
        assert trace_id is not None
        assert int(trace_id, 16) == found.trace_id


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["hop-count", "attempt", "enqueued-ms", "traceparent", "baggage"])
            | st.text(max_size=10),
            st.none() | st.binary(max_size=60) | st.integers().map(lambda n: str(n).encode()),
        )
    )
)
def test_headers_of_anyone_are_read(pairs: list[tuple[str, bytes | None]]) -> None:
    headers = decode(pairs)
    assert headers.hop_count >= 0
    assert headers.attempt >= 1


def test_headers_of_existing_agents_are_no_contradiction() -> None:
    pairs: list[tuple[str, bytes | None]] = [
        ("service", b"agents"),
        ("environment", b"prod"),
        ("timestamp", b"2026-11-01T10:00:00"),
    ]
    headers = decode(pairs)
    assert headers.message_id is None
    assert (headers.hop_count, headers.attempt, headers.enqueued_ms) == (0, 1, None)
