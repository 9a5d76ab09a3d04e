"""Trace context is W3C's."""

from typing import Any

import pytest

from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PARSE = "/api/v1/trace-context/parse"


@pytest.mark.parametrize(("query", "sampled"), [("", True), ("?sampled=false", False)])
def test_what_is_created_can_be_parsed(query: str, sampled: bool) -> None:
    web = client(FakeDatabase())
    made: Any = web.get(f"/api/v1/trace-context/create{query}").json
    assert made["sampled"] is sampled
    assert made["headers"]["traceparent"].endswith("01" if sampled else "00")
    parsed = web.post(PARSE, json=made.pop("headers")).json
    assert parsed == {**made, "trace_state": {}}


@pytest.mark.parametrize("name", ["traceparent", "Traceparent"])
def test_parse(name: str) -> None:
    headers = {name: f"00-{TRACE}-{SPAN}-01", "tracestate": "a=1,b=2"}
    assert client(FakeDatabase()).post(PARSE, json=headers).json == {
        "trace_id": TRACE,
        "span_id": SPAN,
        "sampled": True,
        "trace_state": {"a": "1", "b": "2"},
    }


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"traceparent": "garbage"},
        {"traceparent": "zz-xx-yy-01"},
        {"traceparent": f"00-{'0' * 32}-{SPAN}-01"},
        {"traceparent": 5},
        [1],
    ],
)
def test_what_is_no_trace_context_is_422(headers: Any) -> None:
    assert client(FakeDatabase()).post(PARSE, json=headers).status_code == 422


def test_json_nested_too_deep_is_422() -> None:
    answer = client(FakeDatabase()).post(
        PARSE, data='{"a":' * 100_000, content_type="application/json"
    )
    assert answer.status_code == 422
