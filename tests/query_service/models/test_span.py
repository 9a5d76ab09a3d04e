"""Spans in one shape, at the time asked for."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from query_service.models.span import span
from query_service.routes.context import EVERYTHING
from tests.query_service.rows import END, START, span_row

EXAMPLE = Path(__file__).parents[2] / "data/rest-examples/traces_id_spans.json"
SPAN_KEYS = set(json.loads(EXAMPLE.read_text())[0]["response"]["body"]["spans"][0])


def test_an_otlp_span_has_every_key_and_null_where_nothing_is_known() -> None:
    shown = span(span_row(), EVERYTHING)
    assert shown.keys() - {"name", "service_name"} == SPAN_KEYS
    assert shown["agent_id"] == "researcher"
    assert shown["parent_span_id"] is None
    assert shown["token_usage"] is None
    assert shown["start_time"] == "2026-11-22T11:50:30"


def test_a_json_span_is_as_it_came() -> None:
    text = '{"span_id":"s1","status":"completed","new":[1.5,null],"end_time":"x"}'
    assert span(span_row(span_record=text), EVERYTHING) == json.loads(text)


@pytest.mark.parametrize("record", ["", '{"span_id":"s1","status":"completed","end_time":"x"}'])
def test_before_its_end_a_span_runs(record: str) -> None:
    row = span_row(span_record=record)
    before = END.replace(tzinfo=UTC) - timedelta(microseconds=1)
    assert span(row, before)["status"] == "running"
    assert span(row, before)["end_time"] is None
    assert span(row, END.replace(tzinfo=UTC))["status"] == "completed"


def test_an_end_in_a_far_future_is_a_wrong_clock_and_no_wait() -> None:
    row = span_row(end_time=datetime(2200, 1, 1), oddities=["end"])
    shown = span(row, START.replace(tzinfo=UTC))
    assert (shown["status"], shown["oddities"]) == ("completed", ["end"])


def test_a_model_call_shows_prompt_answer_and_tokens() -> None:
    attributes = {
        "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]',
        "gen_ai.input.messages": json.dumps(
            [
                {"role": "user", "parts": [{"type": "text", "content": "Hi"}]},
                {"role": "assistant", "parts": [{"type": "tool_call", "id": "c", "name": "f"}]},
                {
                    "role": "tool",
                    "parts": [{"type": "tool_call_response", "id": "c", "response": {"a": 1}}],
                },
            ]
        ),
        "gen_ai.output.messages": '[{"role":"assistant","parts":[{"content":"Hello"}]}]',
        "gen_ai.request.temperature": "0.5",
        "gen_ai.request.max_tokens": "100",
        "gen_ai.usage.cache_read.input_tokens": "3",
    }
    shown = span(
        span_row(kind="llm_call", attributes=attributes, input_tokens=10, output_tokens=5),
        EVERYTHING,
    )
    assert shown["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"type": "tool_call", "id": "c", "name": "f"}],
        },
        {"role": "tool", "content": '{"a": 1}', "tool_call_id": "c"},
    ]
    assert shown["response"] == "Hello"
    assert shown["token_usage"] == {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "cached_tokens": 3,
    }
    assert (shown["temperature"], shown["max_tokens"]) == (0.5, 100)


@pytest.mark.parametrize("junk", ["", "null", "[1,2]", '[{"parts":5}]', "{", '[{"content":1}]'])
def test_odd_content_is_no_failure(junk: str) -> None:
    names = ("input.messages", "output.messages", "system_instructions", "tool.definitions")
    attributes: dict[str, Any] = {f"gen_ai.{name}": junk for name in names}
    attributes |= {"gen_ai.request.temperature": junk, "input.value": junk}
    assert span(span_row(attributes=attributes), EVERYTHING)["status"] == "completed"


def test_a_tool_span_shows_its_invocation_and_a_failure_its_stack() -> None:
    shown = span(
        span_row(
            kind="tool",
            tool_name="search",
            status="failed",
            error_type="ValueError",
            error_message="odd",
            attributes={"gen_ai.tool.call.arguments": '{"q":1}', "gen_ai.tool.call.id": "c1"},
            event_names=["exception"],
            event_times=[END],
            event_attributes=[{"exception.stacktrace": "Traceback"}],
        ),
        EVERYTHING,
    )
    (call,) = shown["tool_invocations"]
    assert (call["tool_id"], call["tool_name"], call["error"]) == ("c1", "search", "odd")
    assert call["input_parameters"] == shown["input_data"] == {"q": 1}
    assert shown["error_stack"] == "Traceback"
