"""A LiteLLM gateway as a source: its deployments, and what they did.

`/health` is not asked: where the gateway does not check its models by itself, it calls each of them
then, which costs.
"""

import json
import time
from typing import Any

from query_service.errors import AgentTelemetryError, Forbidden, Unavailable
from query_service.observer.litellm.counters import COUNTERS, counters
from query_service.observer.litellm.deployments import deployments
from query_service.observer.model_server import Failed, ModelServer, Question, given
from query_service.observer.odd_json import fields
from query_service.observer.sources import OK, source_key, state
from query_service.observer.things import Figures, Key, View

METRICS = "litellm-metrics"
MOST = 1_000
_MODELS = Question("/model/info")
# Only these: the gateway has a figure for each caller of each model.
_FIGURES = Question("/metrics/", tuple(("name[]", name) for name in COUNTERS))


class LiteLLMSource:
    """Reads the gateway in one round of questions."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server

    def read(self) -> View:
        """What there is now. Raises Unavailable or Forbidden."""
        models, exposed = self._server.ask(_MODELS, _FIGURES)
        observed_at = time.time_ns()
        if isinstance(models, Failed) and _is_unknown_key(models):
            raise Forbidden(
                f"{self._server.where} does not know the key, and has no database to look it up in"
            )
        found = deployments(self._server.document(_MODELS, models))
        if len(found) > MOST:
            raise Unavailable(f"{self._server.where} has {len(found)} models; {MOST} are the most")
        things: dict[Key, dict[str, Any]] = dict(found)
        try:
            figures: Figures = counters(self._exposed(exposed), found)
            things[source_key(METRICS)] = {"state": OK}
        except AgentTelemetryError as error:
            figures, things[source_key(METRICS)] = {}, state(error)
        return View(observed_at, things, figures)

    def _exposed(self, answer: bytes | AgentTelemetryError) -> str:
        if isinstance(answer, Failed) and answer.answered == 404:
            raise Unavailable(
                f"{self._server.where} has no figures: its callback prometheus is not on"
            )
        return given(answer).decode(errors="replace")


def _is_unknown_key(failed: Failed) -> bool:
    """Without a database the gateway answers 400 to every key but its master key."""
    try:
        said = json.loads(failed.body)
    except (ValueError, RecursionError):
        return False
    return fields(fields(said).get("error")).get("type") == "no_db_connection"
