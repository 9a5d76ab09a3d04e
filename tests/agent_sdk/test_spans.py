"""Spans by the GenAI conventions: names, kinds, attributes, and content only on request."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

import agent_sdk
from tests.agent_sdk.conftest import Recorded

_CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_MESSAGES = [{"role": "system", "content": "be short"}, {"role": "user", "content": "why tea?"}]


def _spans(recorded: Recorded) -> dict[str, ReadableSpan]:
    return {span.name: span for span in recorded.spans()}


def _errors(recorded: Recorded) -> list[dict[str, Any]]:
    return [json.loads(event.body) for event in recorded.events("exception")]


def _attributes(span: ReadableSpan) -> Mapping[str, object]:
    return span.attributes or {}


@pytest.fixture
def capturing(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Recorded:
    monkeypatch.setenv(_CAPTURE, "SPAN_ONLY")
    recorded: Recorded = request.getfixturevalue("recorded")
    return recorded


def _a_day_of_an_agent() -> None:
    with agent_sdk.agent("writer"):
        with agent_sdk.planning():
            pass
        with agent_sdk.task("page"):
            with agent_sdk.tool("search", {"query": "tea"}, call_id="c1") as call:
                call.result(["hit"])
            with agent_sdk.llm_call(
                "llama3.2", provider="ollama", messages=_MESSAGES, temperature=0.1, max_tokens=9
            ) as model:
                model.response("because", model="llama3.2:3b", finish_reasons=["length"])
                model.usage(12, 34, cached_tokens=5)
        with agent_sdk.reflection():
            pass


def test_names_kinds_and_the_tree(recorded: Recorded) -> None:
    _a_day_of_an_agent()
    spans = _spans(recorded)
    found = {
        name: (span.kind, _attributes(span)["agent_telemetry.span.kind"])
        for name, span in spans.items()
    }
    assert found == {
        "invoke_agent writer": (SpanKind.INTERNAL, "agent"),
        "plan writer": (SpanKind.INTERNAL, "planning"),
        "task page": (SpanKind.INTERNAL, "task"),
        "execute_tool search": (SpanKind.INTERNAL, "tool"),
        "chat llama3.2": (SpanKind.CLIENT, "llm_call"),
        "reflect writer": (SpanKind.INTERNAL, "reflection"),
    }
    ids = {span.context.span_id: name for name, span in spans.items()}
    parents = {name: ids[span.parent.span_id] for name, span in spans.items() if span.parent}
    assert parents["chat llama3.2"] == parents["execute_tool search"] == "task page"
    assert parents["task page"] == parents["plan writer"] == "invoke_agent writer"
    assert all(_attributes(span)["gen_ai.agent.name"] == "writer" for span in spans.values())


def test_what_a_model_call_tells(recorded: Recorded) -> None:
    _a_day_of_an_agent()
    found = _attributes(_spans(recorded)["chat llama3.2"])
    assert found["gen_ai.operation.name"] == "chat"
    assert found["gen_ai.provider.name"] == "ollama"
    assert found["gen_ai.request.model"] == "llama3.2"
    assert found["gen_ai.response.model"] == "llama3.2:3b"
    assert found["gen_ai.request.temperature"] == 0.1
    assert found["gen_ai.request.max_tokens"] == 9
    assert found["gen_ai.usage.input_tokens"] == 12
    assert found["gen_ai.usage.output_tokens"] == 34
    assert found["gen_ai.usage.cache_read.input_tokens"] == 5
    assert found["gen_ai.response.finish_reasons"] == ("length",)


def test_content_is_left_out_by_default(recorded: Recorded) -> None:
    _a_day_of_an_agent()
    told = " ".join(str(_attributes(span)) for span in _spans(recorded).values())
    assert not any(secret in told for secret in ("tea", "hit", "because", "be short"))


def test_content_on_request(capturing: Recorded) -> None:
    _a_day_of_an_agent()
    spans = _spans(capturing)
    model, tool = _attributes(spans["chat llama3.2"]), _attributes(spans["execute_tool search"])
    asked = json.loads(str(model["gen_ai.input.messages"]))
    assert asked[1] == {"role": "user", "parts": [{"type": "text", "content": "why tea?"}]}
    answered = json.loads(str(model["gen_ai.output.messages"]))
    assert answered[0]["parts"] == [{"type": "text", "content": "because"}]
    assert answered[0]["finish_reason"] == "length"
    assert json.loads(str(tool["gen_ai.tool.call.arguments"])) == {"query": "tea"}
    assert json.loads(str(tool["gen_ai.tool.call.result"])) == ["hit"]


def test_an_error_has_content_only_on_request(recorded: Recorded) -> None:
    with (
        pytest.raises(TimeoutError),
        agent_sdk.llm_call("m", provider="p", messages=_MESSAGES),
    ):
        raise TimeoutError
    (error,) = _errors(recorded)
    assert (error["model_name"], error["prompt_preview"]) == ("m", None)


def test_an_error_with_its_prompt(capturing: Recorded) -> None:
    with (
        pytest.raises(TimeoutError),
        agent_sdk.llm_call("m", provider="p", messages=_MESSAGES),
    ):
        raise TimeoutError
    (error,) = _errors(capturing)
    assert error["prompt_preview"] == "why tea?"


def test_attributes_of_ones_own(recorded: Recorded) -> None:
    with agent_sdk.task("page") as step:
        step.set(pages=3)
    assert _attributes(_spans(recorded)["task page"])["pages"] == 3


def test_tasks_of_one_loop_keep_apart(recorded: Recorded) -> None:
    async def one(name: str) -> None:
        with agent_sdk.agent(name):
            await asyncio.sleep(0)
            with agent_sdk.tool(f"of {name}"):
                await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(one("a"), one("b"))

    asyncio.run(both())
    spans = _spans(recorded)
    for name in ("a", "b"):
        tool = spans[f"execute_tool of {name}"]
        assert _attributes(tool)["gen_ai.agent.name"] == name
        assert tool.parent is not None
        assert tool.parent.span_id == spans[f"invoke_agent {name}"].context.span_id


def test_half_a_character_does_not_cost_the_batch(capturing: Recorded) -> None:
    with agent_sdk.tool("search", {"query": "\ud83d"}) as call:
        call.result("\ud83d")
    assert _attributes(_spans(capturing)["execute_tool search"])["gen_ai.tool.call.result"] == '"?"'
