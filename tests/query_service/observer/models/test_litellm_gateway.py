"""What is told of a real LiteLLM gateway, from its start to its end and back."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from local_stack.errors import SetupError

from query_service.errors import Forbidden, Unavailable
from query_service.observer.litellm.deployments import NAME
from query_service.observer.litellm.source import LiteLLMSource
from query_service.observer.model_server import ModelServer
from query_service.observer.things import News
from query_service.observer.watched import job
from tests.conftest import NO_LITELLM
from tests.litellm_gateway.gateway import KEY, Gateway
from tests.query_service.engine import Service, clear, service
from tests.query_service.observer.models.scripted import PATIENT
from tests.query_service.test_oracle_workload import validator
from tests.waiting import wait_until

pytestmark = pytest.mark.stack

Json = dict[str, Any]


class Tables:
    """Takes news to where the pipeline would bring them."""

    def __init__(self, tables: Any) -> None:
        self._tables = tables

    def send(self, news: News, observed_at: int) -> None:
        """Insert them."""
        at = datetime.fromtimestamp(observed_at / 1e9, UTC)
        things = [(key, False, thing) for key, thing in news.things.items()]
        things += [(key, True, {}) for key in news.gone]
        self._insert(
            "observed_things",
            [
                [k.kind, at, k.namespace, k.name, k.uid, is_gone, json.dumps(thing), at]
                for k, is_gone, thing in things
            ],
            "kind observed_at namespace name uid is_gone attributes arrived_at",
        )
        self._insert(
            "observed_figures",
            [
                [f.metric, at, f.key.namespace, f.key.name, f.key.uid, value, at]
                for f, value in news.figures.items()
            ],
            "metric observed_at namespace name uid value arrived_at",
        )

    def _insert(self, table: str, rows: list[Any], columns: str) -> None:
        if rows:
            self._tables.insert(table, rows, columns.split())


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway, running."""
    try:
        made = Gateway(tmp_path_factory.mktemp("litellm"))
    except SetupError as error:
        pytest.skip(f"{NO_LITELLM}: {error}")
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def live(embedded_clickhouse: str) -> Iterator[Service]:
    """A service whose clock goes."""
    made = service(embedded_clickhouse, lambda: datetime.now(UTC))
    yield made
    made.tables.close()


@pytest.fixture
def look(gateway: Gateway, live: Service) -> Callable[[], list[Json]]:
    """Looks at the gateway and gives the models that the oracle tells of."""
    clear(live.tables)
    source = LiteLLMSource(ModelServer("LiteLLM", gateway.url, PATIENT, KEY))
    looks = job(NAME, source, 10, Tables(live.tables), 60)

    def models() -> list[Json]:
        with suppress(Unavailable, Forbidden):
            looks.run()
        return list(told(live)["litellm"])

    return models


def told(live: Service) -> Json:
    answer: Json = live.get("/api/v1/oracle/llm")
    for one in answer["litellm"]:
        validator("model").validate(one)
    return answer


def one(models: list[Json], name: str) -> Json:
    [found] = [model for model in models if model["model"] == name]
    return found


def test_models_are_told_with_their_limits(look: Callable[[], list[Json]], live: Service) -> None:
    models = look()
    assert [model["model"] for model in models] == ["broken", "unlimited", "writer"]
    writer = one(models, "writer")
    assert (writer["provider"], writer["tpm_max"], writer["rpm_max"]) == (
        "openai, anthropic", 300, 150,
    )  # fmt: skip
    assert writer["input_context"] >= 128_000
    assert writer["output_types"] == ["text"]
    assert (writer["tpm"], writer["rpm"]) == (0, 0)
    unlimited = one(models, "unlimited")
    assert (unlimited["tpm_max"], unlimited["rpm_max"]) == (None, None)
    assert told(live)["unknown"] == [
        "the gateway tells no limits of all deployments of 2 models: broken, unlimited"
    ]
    seen = live.tables.command("SELECT count() FROM observed_things WHERE attributes LIKE '%sk-%'")
    assert seen == 0


def test_what_is_called_is_counted(
    gateway: Gateway, look: Callable[[], list[Json]], live: Service
) -> None:
    look()
    for _ in range(10):
        assert gateway.call("writer") == 200
    # Each call is of 30 tokens; what was counted before does not count.
    wait_until(lambda: one(look(), "writer")["tpm"] == 300)
    assert one(look(), "writer")["rpm"] == 10
    assert told(live)["issues"] == ["writer has used 300 of 300 tokens a minute (100%)"]


def test_a_deployment_that_fails_is_told(
    gateway: Gateway, look: Callable[[], list[Json]], live: Service
) -> None:
    look()
    assert gateway.call("broken") == 500
    wait_until(lambda: one(look(), "broken")["rpm"] == 1)
    [issue] = told(live)["issues"]
    assert issue.startswith("broken: openai/gpt-4o-mini fails (cooled down at ")
    assert issue.endswith(", 1 in the last hour)")


def test_a_key_that_the_gateway_does_not_know_is_refused(gateway: Gateway) -> None:
    with pytest.raises(Forbidden):
        LiteLLMSource(ModelServer("LiteLLM", gateway.url, PATIENT, "sk-other")).read()


def test_a_gateway_that_is_stopped_is_told_as_it_was_last_and_comes_back(
    gateway: Gateway, look: Callable[[], list[Json]], live: Service
) -> None:
    look()
    gateway.stop()
    try:
        away = look()
        assert (one(away, "writer")["tpm_max"], one(away, "writer")["tpm"]) == (300, None)
        [issue] = told(live)["issues"]
        assert issue.startswith("litellm is unreachable since ")
        assert issue.endswith("its models are as they were seen last")
    finally:
        gateway.start()
    assert one(look(), "writer")["tpm"] == 0
    assert told(live)["issues"] == []
