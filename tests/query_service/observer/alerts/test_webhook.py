"""A webhook may be slow, away or hostile: sending ends in time, and tells no secret."""

import time
from collections.abc import Iterator

import pytest

from query_service.errors import AgentTelemetryError
from query_service.observer.alerts.webhook import NotTold, Webhook
from tests.ports import free_port
from tests.receiver import (
    Answer,
    Receiver,
    drip,
    flood,
    hang,
    receiving,
    status,
)

SECRET = "Bearer s3cret"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def hook(url: str, timeout: float = 60) -> Webhook:
    return Webhook(url, "json", SECRET, timeout)


def test_it_gets_json_and_the_header(receiver: Receiver) -> None:
    hook(receiver.url).post({"a": "é<\n"})
    assert receiver.got == [{"a": "é<\n"}]
    assert receiver.paths == ["/hook/s3cret"]
    assert receiver.headers[0]["Authorization"] == SECRET
    assert receiver.headers[0]["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (status(500, b"s3cret"), "the webhook answers 500"),
        (status(400, b"invalid_blocks"), "the webhook answers 400 (invalid_blocks)"),
        (status(404, b"x" * 1_000_000), "the webhook answers 404"),
        (
            status(302, Location="http://127.0.0.1:1/elsewhere"),
            "the webhook answers 302: redirects are not followed",
        ),
        (flood, "the webhook answers 500"),
    ],
)
def test_why_it_failed_is_told_without_what_it_says(
    receiver: Receiver, answer: Answer, told: str
) -> None:
    receiver.answer = answer
    with pytest.raises(NotTold) as raised:
        hook(receiver.url).post({})
    assert str(raised.value) == told
    assert len(receiver.got) == 1


@pytest.mark.parametrize("answer", [hang, drip])
def test_one_that_does_not_end_is_given_up_in_time(receiver: Receiver, answer: Answer) -> None:
    receiver.answer = answer
    started = time.monotonic()
    with pytest.raises(NotTold, match=r"^the webhook does not answer within 0.5 s$"):
        hook(receiver.url, 0.5).post({})
    assert time.monotonic() - started < 20  # a busy machine; without a limit it is for ever


def test_one_that_is_away() -> None:
    with pytest.raises(NotTold) as raised:
        hook(f"http://127.0.0.1:{free_port()}/s3cret").post({})
    assert str(raised.value) == "the webhook cannot be reached: ConnectError"


def test_another_address_is_another_destination_and_neither_shows_it() -> None:
    one, other = (hook(f"http://a/{name}").destination for name in ("s3cret", "b"))
    assert one != other
    assert one.startswith("json:") and "s3cret" not in one
    assert one == hook("http://a/s3cret", timeout=1).destination


@pytest.mark.parametrize(
    "odd", ["gateway:4000/s3cret", "ftp://gateway/s3cret", "http://", "http://s3cret:x", "s3cret"]
)
def test_an_odd_address_is_refused_without_being_told(odd: str) -> None:
    with pytest.raises(AgentTelemetryError, match="ALERTS_WEBHOOK_URL is not of the form") as told:
        hook(odd)
    assert "s3cret" not in str(told.value)


def test_a_password_belongs_elsewhere() -> None:
    with pytest.raises(AgentTelemetryError, match="ALERTS_WEBHOOK_AUTHORIZATION instead") as told:
        hook("http://me:s3cret@host/")
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize("odd", ["Bearer é", "Bearer a\r\nX-Other: 1"])
def test_an_odd_header_is_refused(odd: str) -> None:
    with pytest.raises(AgentTelemetryError, match="letters that a header cannot have"):
        Webhook("http://host/", "json", odd, 1)
