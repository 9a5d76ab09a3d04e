"""A server of models may be away, slow, odd or huge: it is a sentence each time."""

import gzip
from typing import Any

import pytest

from query_service.errors import AgentTelemetryError, Forbidden, Unavailable
from query_service.observer.model_server import Failed, ModelServer, Question
from tests.ports import free_port
from tests.query_service.observer.models.scripted import (
    PATIENT,
    Answer,
    dripping,
    endless,
    said,
    scripted,
)

ASKED = Question("/asked")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"


def document(answer: Answer, timeout: float = PATIENT, key: str = "") -> Any:
    with scripted({"/asked": answer}) as server:
        asks = server.server(timeout, key)
        return asks.document(ASKED, *asks.ask(ASKED))


def test_a_document_is_read() -> None:
    assert document(said({"a": [1]})) == {"a": [1]}


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (said({}, 401), Forbidden, "refuses /asked: 401"),
        (said({}, 403), Forbidden, "refuses /asked: 403"),
        (said({}, 500), Failed, "answers 500 to /asked"),
        (said(b"", 307, Location="/elsewhere"), Failed, "answers 307 to /asked"),
        (said(b"<html>hello</html>"), Unavailable, "no JSON object"),
        (said([1]), Unavailable, "no JSON object"),
        (said(None), Unavailable, "no JSON object"),
        (said(b"[" * 100_000), Unavailable, "no JSON object"),
        (said(b"\xff\xfe{"), Unavailable, "no JSON object"),
        (said(b'{"a": ' + b"9" * 5000 + b"}"), Unavailable, "no JSON object"),
        (endless, Unavailable, "over 16 MiB"),
        (said(gzip.compress(b"{}"), Content_Encoding="gzip"), Unavailable, "compresses"),
        (lambda handler: handler.wfile.write(b"hello\r\n\r\n"), Unavailable, "does not answer: "),
        (lambda handler: handler.wfile.write(HEAD + b"{}"), Unavailable, "does not answer: "),
    ],
)
def test_what_is_no_document_is_a_sentence(
    answer: Answer, kind: type[AgentTelemetryError], told: str
) -> None:
    with pytest.raises(kind, match=told) as raised:
        document(answer, key="sk-secret")
    assert type(raised.value) is kind
    assert "sk-secret" not in str(raised.value)


@pytest.mark.parametrize(
    "beginning", [b"", b"HTTP/1.1 200 OK\r\n", HEAD], ids=["all", "head", "body"]
)
def test_one_that_drips_is_given_up_in_time(beginning: bytes) -> None:
    with pytest.raises(Unavailable, match="within 0.3 s"):
        document(dripping(beginning), timeout=0.3)


def test_one_that_is_away_is_told_without_what_is_secret_in_its_address() -> None:
    port = free_port()
    server = ModelServer("Gateway", f"http://user:word@127.0.0.1:{port}/v", PATIENT, "sk-secret")
    [error] = server.ask(ASKED)
    assert isinstance(error, Unavailable)
    assert str(error).startswith(f"Gateway at http://127.0.0.1:{port} does not answer: ")
    assert "word" not in str(error)
    assert "sk-secret" not in repr(server)


@pytest.mark.parametrize(
    "key", ["sk-secret\n", "sk-secret\r\nX: y", "sk-secretä", "sk-\ud800secret"]
)
def test_a_key_that_cannot_be_sent_is_not_shown(key: str) -> None:
    with pytest.raises(Unavailable, match="cannot be asked") as raised:
        document(said({}), key=key)
    assert "secret" not in str(raised.value)


def test_a_key_that_is_sent_back_is_not_shown() -> None:
    def answer(handler: Any) -> None:
        handler.wfile.write(handler.headers["Authorization"].encode() + b"\r\n\r\n")

    with pytest.raises(Unavailable, match="the key") as raised:
        document(answer, key="sk-secret")
    assert "secret" not in str(raised.value)


def test_one_bad_answer_does_not_take_the_others_with_it() -> None:
    with scripted({"/good": said({"a": 1}), "/bad": said({}, 500)}) as server:
        bad, good = server.server().ask(Question("/bad"), Question("/good"))
    assert isinstance(bad, Failed)
    assert good == b'{"a": 1}'


def test_the_key_and_the_body_are_sent() -> None:
    seen: list[str | None] = []

    def answer(handler: Any) -> None:
        seen.append(handler.headers["Authorization"])
        said({})(handler)

    with scripted({"/asked": answer}) as server:
        server.server(key="sk-1").ask(Question("/asked", body={"model": "m"}))
        server.server().ask(ASKED)
    assert seen == ["Bearer sk-1", None]
    assert server.asked == [("/asked", {"model": "m"}), ("/asked", None)]
