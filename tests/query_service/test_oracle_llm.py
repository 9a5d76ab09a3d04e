"""Which models the oracle tells of, and how much they do."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from query_service.models.values import iso
from query_service.oracle import llm as llm_section
from query_service.oracle.section import Section
from query_service.oracle.sources import known_sources
from query_service.routes.context import EVERYTHING, Moment
from tests.query_service.engine import NOW, Service
from tests.query_service.test_oracle_workload import source, validator

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
        ["no gateway tells the limits of 1 model: gpt-5"],
    )


def test_a_call_counts_when_it_ended_within_the_minute(empty: Service) -> None:
    call(empty.tables, -400, 390)
    call(empty.tables, -90, 20)
    call(empty.tables, -10, 20)  # ends by a clock that is ahead
    call(empty.tables, -10, None, name="runs")
    assert used(empty) == {"gpt-5": (1, 30)}
    assert used(empty, f"?at={iso(at(-30))}") == {"gpt-5": (1, 30)}
    assert used(empty, f"?at={iso(at(-200))}") == {}


def test_a_model_is_told_of_for_a_quarter_of_an_hour(empty: Service) -> None:
    call(empty.tables, -902, 1, "old")
    call(empty.tables, -1500, 605, "new")
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


def model(
    tables: Any, seconds: float, name: str, uid: str = "", of: str = "litellm", **seen: Any
) -> None:
    """A model as the observer saw it."""
    row = ["agent_telemetry.model", at(seconds), of, name, uid, False, json.dumps(seen), NOW]
    tables.insert("observed_things", [row], THING)


def figure(tables: Any, seconds: float, metric: str, uid: str, value: float) -> None:
    """What a deployment of the model `writer` did up to then."""
    row = [f"agent_telemetry.model.{metric}", at(seconds), "litellm", "writer", uid, value, NOW]
    tables.insert("observed_figures", [row], FIGURE)


THING = ["kind", "observed_at", "namespace", "name", "uid", "is_gone", "attributes", "arrived_at"]
FIGURE = ["metric", "observed_at", "namespace", "name", "uid", "value", "arrived_at"]


@pytest.fixture
def gateway(empty: Service) -> Service:
    """A gateway with a model of two deployments, of which one fails since 40 s."""
    for minute in range(-5, 0):
        for name in ("litellm", "litellm-metrics"):
            source(empty.tables, 60 * minute, name, "ok")
    for uid, provider, tpm in (("d1", "openai", 1000), ("d2", "anthropic", 500)):
        model(
            empty.tables, -50, "writer", uid, model=f"{provider}/m", provider=provider,
            tpm_max=tpm, rpm_max=10, input_context=8 * tpm, input_types=["text"],
        )  # fmt: skip
    for seconds, requests, failures, cooldowns in ((-110, 5, 0, 0), (-70, 7, 0, 0), (-40, 9, 0, 0)):
        figure(empty.tables, seconds, "requests", "d1", requests)
        figure(empty.tables, seconds, "failures", "d1", failures)
        figure(empty.tables, seconds, "cooldowns", "d1", cooldowns)
        figure(empty.tables, seconds, "tokens", "d1", 100 * requests)
        figure(empty.tables, seconds, "spend", "d1", requests / 10)
        is_last = seconds == -40
        figure(empty.tables, seconds, "requests", "d2", 3 * is_last)
        figure(empty.tables, seconds, "failures", "d2", 3 * is_last)
        figure(empty.tables, seconds, "cooldowns", "d2", 1 * is_last)
        figure(empty.tables, seconds, "tokens", "d2", 0)
    return empty


def section(service: Service) -> Section:
    """The section itself, with what is ours."""
    with service.web.application.app_context():
        asked = Moment(EVERYTHING, NOW)
        return llm_section.find(asked, known_sources(asked))


def test_a_gateways_model_is_told_with_its_limits_and_how_much_is_used(gateway: Service) -> None:
    assert llm(gateway) == (
        [
            {
                "model": "writer",
                "provider": "openai, anthropic",
                "tpm_max": 1500,
                "rpm_max": 20,
                "tpm": 200,
                "rpm": 5,
                "input_context": 8000,
                "input_types": ["text"],
            }
        ],
        [f"writer: anthropic/m fails (cooled down at {iso(at(-40))}, 1 in the last hour)"],
    )
    [ours] = section(gateway).ours
    assert ours["health"] == "unstable"
    assert [one["health"] for one in ours["deployments"]] == ["healthy", "failing"]
    assert (ours["spend"], ours["spend_last_hour"]) == (pytest.approx(0.9), pytest.approx(0.4))


def test_what_a_gateway_counted_before_it_started_anew_is_not_taken_off(gateway: Service) -> None:
    figure(gateway.tables, -30, "requests", "d1", 0)
    figure(gateway.tables, -20, "requests", "d1", 4)
    [writer], _ = llm(gateway)
    assert writer["rpm"] == 2 + 4 + 3


def test_what_happened_while_nobody_looked_is_not_put_into_one_minute(gateway: Service) -> None:
    figure(gateway.tables, -1000, "requests", "d3", 1)
    model(gateway.tables, -10, "writer", "d3", model="openai/n", provider="openai")
    figure(gateway.tables, -5, "requests", "d3", 1000)
    [writer], _ = llm(gateway)
    assert writer["rpm"] == 2 + 3


def test_limits_that_not_all_deployments_have_are_not_known(gateway: Service) -> None:
    model(gateway.tables, -10, "writer", "d3", model="openai/n", provider="openai", rpm_max=7)
    [writer], told = llm(gateway)
    assert (writer["tpm_max"], writer["rpm_max"]) == (None, 27)
    assert told[1:] == ["the gateway tells no limits of all deployments of 1 model: writer"]


@pytest.mark.parametrize("tokens", [1200, 1400])
def test_a_limit_that_is_nearly_used_up_is_an_issue(gateway: Service, tokens: int) -> None:
    figure(gateway.tables, -10, "tokens", "d1", 900 + tokens - 200)
    issues = gateway.get("/api/v1/oracle/llm")["issues"]
    expected = ["writer has used 1,400 of 1,500 tokens a minute (93%)"] if tokens > 1350 else []
    assert issues[:-1] == expected


@pytest.mark.parametrize("called", ["writer", "openai/m", "m"])
def test_spans_of_a_gateways_model_are_told_beside_it(gateway: Service, called: str) -> None:
    call(gateway.tables, -30, model=called)
    found = section(gateway)
    assert [one["model"] for one in found.items] == ["writer"]
    assert found.items[0]["rpm"] == 5
    assert found.ours[0]["calls"] == {
        "requests": 1,
        "tokens": 30,
        "failures": 0,
        "rpm": 1,
        "tpm": 30,
        "last_call": iso(at(-29)),
    }


def test_a_gateway_without_figures_is_told_by_spans_and_says_so(gateway: Service) -> None:
    call(gateway.tables, -30, model="writer")
    source(gateway.tables, -1, "litellm-metrics", "unreachable", message="not on")
    [writer], told = llm(gateway)
    assert (writer["tpm"], writer["rpm"]) == (30, 1)
    assert told[0].startswith(f"litellm-metrics is unreachable since {iso(at(-1))}: not on; tpm")


@pytest.mark.parametrize("state", ["unreachable", "refused"])
def test_a_gateway_that_is_away_is_told_as_it_was_last(gateway: Service, state: str) -> None:
    source(gateway.tables, -5, "litellm", state, message="no answer")
    [writer], told = llm(gateway)
    assert (writer["tpm_max"], writer["tpm"], writer["rpm"]) == (1500, None, None)
    assert told == [
        f"litellm is {state} since {iso(at(-5))}: no answer; its models are as they were seen last",
        "nobody tells how much is used of 1 model: writer",
    ]


def test_models_of_ollama_are_told_with_which_are_loaded(empty: Service) -> None:
    source(empty.tables, -20, "ollama", "ok")
    model(
        empty.tables, -10, "tiny:latest", of="ollama", provider="ollama", size=100, loaded=True,
        expires_at="2026-11-22T12:40:00Z", payment_type="free", input_context=64,
    )  # fmt: skip
    call(empty.tables, -30, model="tiny")
    found = section(empty)
    assert found.items == [
        {
            "model": "tiny:latest",
            "provider": "ollama",
            "tpm_max": None,
            "rpm_max": None,
            "tpm": 30,
            "rpm": 1,
            "payment_type": "free",
            "input_context": 64,
        }
    ]
    assert found.ours[0]["loaded"] is True
    assert found.ours[0]["expires_at"] == "2026-11-22T12:40:00"
    assert found.unknown == ["Ollama has no limits of tokens or requests: 1 model: tiny:latest"]


def test_a_model_that_is_gone_is_not_told(gateway: Service) -> None:
    row = ["agent_telemetry.model", at(-1), "litellm", "writer", "d2", True, "{}", NOW]
    gateway.tables.insert("observed_things", [row], THING)
    [writer], _ = llm(gateway)
    assert (writer["provider"], writer["tpm_max"]) == ("openai", 1000)
