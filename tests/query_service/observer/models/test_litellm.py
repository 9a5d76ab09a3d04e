"""What is kept of a LiteLLM gateway's answers, however odd they are."""

from typing import Any

import pytest

from query_service.errors import Forbidden, Unavailable
from query_service.observer.litellm.source import METRICS, LiteLLMSource
from query_service.observer.sources import source_key
from query_service.observer.things import Figure, Key, View
from tests.query_service.observer.models.scripted import Answer, said, scripted

MODEL = "agent_telemetry.model"
WRITER = Key(MODEL, "litellm", "writer", "d1")


def deployment(name: Any = "writer", uid: Any = "d1", **parameters: Any) -> dict[str, Any]:
    return {
        "model_name": name,
        "litellm_params": {"model": "openai/gpt-4o", "api_base": "http://x"} | parameters,
        "model_info": {"id": uid, "mode": "chat", "max_input_tokens": 128000},
    }


def read(models: Answer, figures: Answer | None = None) -> View:
    answers = {"/model/info": models} | ({"/metrics/": figures} if figures else {})
    with scripted(answers) as server:
        return LiteLLMSource(server.server()).read()


def models(view: View) -> dict[Key, Any]:
    return {key: thing for key, thing in view.things.items() if key.kind == MODEL}


def test_only_what_is_named_is_kept_of_a_deployment() -> None:
    view = read(said({"data": [deployment(api_key="sk-secret", tpm=1000, rpm=10)]}))
    assert models(view) == {
        WRITER: {
            "model": "openai/gpt-4o",
            "provider": "openai",
            "mode": "chat",
            "tpm_max": 1000,
            "rpm_max": 10,
            "input_context": 128000,
            "input_types": ["text"],
            "output_types": ["text"],
        }
    }


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (None, 0),
        ({"a": 1}, 0),
        (["x", None, 1, []], 0),
        ([{}], 0),
        ([deployment(name=None)], 0),
        ([deployment(name="")], 0),
        ([deployment(name=["a"])], 0),
        ([{"model_name": "writer", "litellm_params": [], "model_info": "x"}], 1),
        ([deployment(uid=None), deployment(uid=7)], 1),  # both are told by their model
        ([deployment("a"), deployment("b")], 2),
    ],
)
def test_odd_lists_of_models(data: Any, kept: int) -> None:
    assert len(models(read(said({"data": data})))) == kept


@pytest.mark.parametrize("odd", [None, "100", True, -1, [1], {}, 1e300])
def test_an_odd_limit_is_none(odd: Any) -> None:
    [model] = models(read(said({"data": [deployment(tpm=odd, rpm=odd)]}))).values()
    assert not {"tpm_max", "rpm_max"} & model.keys()


def test_numbers_that_json_does_not_have_are_none() -> None:
    body = b'{"data": [{"model_name": "a", "litellm_params": {"tpm": NaN, "rpm": Infinity}}]}'
    assert models(read(said(body))) == {Key(MODEL, "litellm", "a", ""): {}}


def test_too_many_models_are_refused() -> None:
    many = said({"data": [deployment(uid=str(number)) for number in range(1001)]})
    with pytest.raises(Unavailable, match="has 1001 models; 1000 are the most"):
        read(many)


def test_a_key_that_a_gateway_without_a_database_does_not_know_is_refused() -> None:
    with pytest.raises(Forbidden, match="does not know the key"):
        read(said({"error": {"type": "no_db_connection"}}, 400))
    others: tuple[Any, ...] = ({"error": {"type": "bad"}}, {"error": "bad"}, [], b"<html>")
    for other in others:
        with pytest.raises(Unavailable, match="answers 400"):
            read(said(other, 400))


FIGURES = b"""\
# TYPE litellm_deployment_total_requests_total counter
litellm_deployment_total_requests_total{model_id="d1",requested_model="writer",user="a"} 3.0
litellm_deployment_total_requests_total{model_id="d1",requested_model="writer",user="b"} 4.0
litellm_deployment_total_requests_total{model_id="d1",requested_model="fallback"} 1.0
litellm_deployment_total_requests_total{model_id="gone",requested_model="writer"} 9.0
litellm_deployment_total_requests_total 9.0
litellm_deployment_total_requests_total{model_id="d1",requested_model="reader"} 2.0
litellm_deployment_cooled_down_total{model_id="d1",litellm_model_name="writer"} NaN
litellm_spend_metric_total{model_id="d1",requested_model="writer"} 0.25
"""


def test_figures_are_added_up_over_who_called() -> None:
    both = said({"data": [deployment(), deployment("reader")]})
    view = read(both, said(FIGURES))
    reader = Key(MODEL, "litellm", "reader", "d1")
    found = {(f.metric.removeprefix(f"{MODEL}."), f.key.name): v for f, v in view.figures.items()}
    assert {key: value for key, value in found.items() if value} == {
        ("requests", "writer"): 7,
        ("requests", "reader"): 2 + 1,  # what a fallback was: one of its names
        ("spend", "writer"): 0.25,
    }
    assert view.figures[Figure(f"{MODEL}.cooldowns", reader)] == 0
    assert view.things[source_key(METRICS)] == {"state": "ok"}


@pytest.mark.parametrize(
    ("answer", "state", "told"),
    [
        (said(b"", 404), "unreachable", "callback prometheus is not on"),
        (said(b"", 401), "refused", "refuses /metrics/"),
        (said(b"<html>no</html>"), "unreachable", "cannot be read"),
        (said(b'a{b="c} 1\n'), "unreachable", "cannot be read"),
    ],
)
def test_figures_that_are_not_there_are_a_fact(answer: Answer, state: str, told: str) -> None:
    view = read(said({"data": [deployment()]}), answer)
    assert not view.figures
    assert list(models(view)) == [WRITER]
    seen = view.things[source_key(METRICS)]
    assert seen["state"] == state
    assert told in seen["message"]
