"""Models that refuse calls, or are at the limit that their gateway has for them."""

import json

import pytest

from query_service.diagnose.finding import Finding
from tests.query_service.detectors.test_llm_failing import call, fail, healthy
from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import NOW, Service

KIND = "llm_rate_limited"


def the_one(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    return found[0]


def gateway(service: Service, used: float, cooldowns: float = 0, name: str = "m") -> None:
    """LiteLLM's figures of a model that allows 60 requests a minute."""
    attributes = json.dumps({"model": "p/m-2026", "provider": "p", "rpm_max": 60, "tpm_max": 1e6})
    things = [
        ["agent_telemetry.model", ago(minute), "litellm", name, "u", attributes, NOW]
        for minute in range(16)
    ]
    service.tables.insert(
        "observed_things",
        things,
        ["kind", "observed_at", "namespace", "name", "uid", "attributes", "arrived_at"],
    )
    figures = [
        [f"agent_telemetry.model.{metric}", ago(step / 6), "litellm", name, "u", value, NOW]
        for step in range(96)
        for metric, value in (
            ("requests", 1e6 - used * step / 6),
            ("tokens", 1e9 - 100 * step),
            ("cooldowns", cooldowns if step < 12 else 0.0),
        )
    ]
    service.tables.insert(
        "observed_figures",
        figures,
        ["metric", "observed_at", "namespace", "name", "uid", "value", "arrived_at"],
    )


def test_calls_are_refused(empty: Service) -> None:
    traffic = healthy()
    fail(traffic, "coder", 10, 15, "RateLimitError")
    fail(traffic, "writer", 10, 3, "RateLimitError")
    traffic.store(empty, times=2)
    found = the_one(find(empty, KIND))
    assert (found.subject, found.agents, found.severity) == ("m", ["coder", "writer"], "high")
    assert (found.figures["refused"], found.figures["calls"]) == (18, 78)
    assert "retry_after_seconds" not in found.figures
    assert found.facts["why"] == "18 of 78 calls are refused"
    assert found.facts["provider"] == "p"
    assert found.traces.total == 18
    assert ago(10) < found.first_seen < found.last_seen < ago(8)
    assert find(empty, KIND, at=ago(11)) == []
    assert find(empty, KIND, min_refused=19) == []
    assert find(empty, KIND, agent="reviewer") == []


REFUSALS: list[tuple[str, str, dict[str, str], float | None]] = [
    ("APIStatusError", "Error code: 429", {}, None),
    ("APIError", "refused", {"http.response.status_code": "429"}, None),
    ("429", "Rate limit reached. Please try again in 20s.", {}, 20),
    ("RateLimitError", "retry after 1.5 seconds", {}, 1.5),
    ("_OTHER", "", {"http.status_code": "429", "http.response.header.retry-after": '["30"]'}, 30),
    ("ResourceExhausted", "Quota exceeded", {}, None),
]


def test_what_a_refusal_looks_like(empty: Service) -> None:
    traffic = Traffic()
    for model, (error, message, attributes, _) in enumerate(REFUSALS):
        told = {"gen_ai.request.model": str(model)} | attributes
        for number in range(20):
            failed = error if number % 2 else ""
            at = 10 - number / 10
            call(traffic, "coder", at, failed, StatusMessage=message, SpanAttributes=told)
    traffic.store(empty)
    found = {one.subject: one.figures for one in find(empty, KIND)}
    assert {name: one["refused"] for name, one in found.items()} == dict.fromkeys("012345", 10)
    waits = [found[str(model)].get("retry_after_seconds") for model in range(len(REFUSALS))]
    assert waits == [seconds for *_, seconds in REFUSALS]


def test_other_errors_and_single_refusals_are_silent(empty: Service) -> None:
    traffic = healthy()
    fail(traffic, "coder", 10, 15, "APIError")
    fail(traffic, "coder", 10, 3, "RateLimitError")
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_a_model_that_always_refuses_a_little_is_silent(empty: Service) -> None:
    traffic = Traffic()
    for number in range(240):
        error = "RateLimitError" if number % 6 == 0 else ""
        call(traffic, "coder", 60 - number / 4, error)
    traffic.store(empty)
    assert find(empty, KIND) == []
    assert len(find(empty, KIND, always_share=0.1)) == 1


@pytest.mark.parametrize(("name", "used", "cooldowns", "why"), [
    ("m", 60, 0, "minutes at 100 % of what the gateway allows"),
    ("other", 60, 0, "minutes at 100 % of what the gateway allows"),
    ("m", 50, 2, "the gateway left it alone 2 times"),
])  # fmt: skip
def test_a_gateway_at_its_limit(
    empty: Service, name: str, used: float, cooldowns: float, why: str
) -> None:
    traffic = healthy()
    traffic.store(empty)
    gateway(empty, used, cooldowns, name)
    found = the_one(find(empty, KIND))
    assert why in found.facts["why"]
    assert found.subject == name
    assert found.agents == (["coder", "writer"] if name == "m" else [])
    assert found.figures["rpm_max"] == 60
    assert found.severity == ("low" if cooldowns else "medium")


def test_a_gateway_below_its_limit_is_silent(empty: Service) -> None:
    healthy().store(empty)
    gateway(empty, 50, 1)
    assert find(empty, KIND) == []
