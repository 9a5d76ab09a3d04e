"""Which models the oracle tells of, and how much they do."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from query_service.models.values import iso
from tests.query_service.engine import NOW, Service
from tests.query_service.test_oracle_workload import validator

Json = dict[str, Any]


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def call(
    tables: Any,
    began: float,
    took: float | None = 1,
    model: str = "gpt-5",
    name: str = "",
    parent: str = "",
    kind: str = "llm_call",
    **attributes: str,
) -> None:
    """A call of a model, `began` s before NOW or after, of 30 tokens."""
    row = {
        "TraceId": "t1",
        "SpanId": name or f"{model}{began}",
        "ParentSpanId": parent,
        "SpanName": f"chat {model}",
        "Timestamp": at(began),
        "EventTime": at(began),
        "EndTimestamp": None if took is None else at(began + took),
        "Ended": took is not None,
        "SpanAttributes": {
            "agent_telemetry.span.kind": kind,
            "gen_ai.request.model": model,
            "gen_ai.provider.name": "openai",
            "gen_ai.usage.input_tokens": "10",
            "gen_ai.usage.output_tokens": "20",
        }
        | {name.replace("__", "."): value for name, value in attributes.items()},
        "ArrivedAt": NOW,
        "Version": int(took is not None),
    }
    tables.insert("otel_traces", [list(row.values())], list(row))


def llm(service: Service, query: str = "") -> tuple[list[Json], list[str]]:
    answer = service.get(f"/api/v1/oracle/llm{query}")
    for one in answer["litellm"]:
        validator("model").validate(one)
    return answer["litellm"], [*answer["issues"], *answer["unknown"]]


def used(service: Service, query: str = "") -> dict[str, tuple[int, int]]:
    return {one["model"]: (one["rpm"], one["tpm"]) for one in llm(service, query)[0]}


def test_models_of_agents_without_a_gateway_are_told_by_their_spans(empty: Service) -> None:
    call(empty.tables, -30)
    call(empty.tables, -20)
    assert llm(empty) == (
        [
            {
                "model": "gpt-5",
                "provider": "openai",
                "tpm_max": None,
                "rpm_max": None,
                "tpm": 60,
                "rpm": 2,
            }
        ],
        ["no gateway tells of gpt-5: tpm_max and rpm_max are not known"],
    )


def test_a_call_counts_when_it_ended_within_the_minute(empty: Service) -> None:
    call(empty.tables, -400, 390)
    call(empty.tables, -90, 20)
    call(empty.tables, -10, 20)  # ends by a clock that is ahead
    call(empty.tables, -10, None, name="runs")
    assert used(empty) == {"gpt-5": (1, 30)}
    assert used(empty, f"?at={iso(at(-30))}") == {"gpt-5": (1, 30)}
    assert used(empty, f"?at={iso(at(-200))}") == {}


def test_a_model_is_told_of_for_an_hour(empty: Service) -> None:
    call(empty.tables, -3600 - 2, 1, "old")
    call(empty.tables, -3600, 5, "new")
    assert used(empty) == {"new": (0, 0)}


def test_a_call_that_two_libraries_tell_of_counts_once(empty: Service) -> None:
    call(empty.tables, -30, 10, name="outer")
    call(empty.tables, -29, 8, name="inner", parent="outer")
    call(empty.tables, -28, 2, name="sent again", parent="inner")
    assert used(empty) == {"gpt-5": (1, 30)}


def test_a_span_that_came_twice_counts_once(empty: Service) -> None:
    call(empty.tables, -30, None, name="s1")
    call(empty.tables, -30, 1, name="s1")
    call(empty.tables, -30, 1, name="s1")
    assert used(empty) == {"gpt-5": (1, 30)}


@pytest.mark.parametrize("kind", ["agent", "task"])
def test_what_is_no_call_of_a_model_does_not_count(empty: Service, kind: str) -> None:
    call(empty.tables, -30, kind=kind)
    assert llm(empty) == ([], [])


def test_a_provider_that_nobody_names_is_said_to_be_unknown(empty: Service) -> None:
    call(empty.tables, -30, gen_ai__provider__name="")
    [model], _ = llm(empty)
    assert model["provider"] == "unknown"
