"""An Ollama server as a source: its models, and which of them are loaded."""

import time

from query_service.errors import AgentTelemetryError, Unavailable
from query_service.observer.model_server import Failed, ModelServer, Question
from query_service.observer.odd_json import text
from query_service.observer.ollama.models import Json, model, names
from query_service.observer.things import View

MOST = 1_000
_AT_ONCE = 20
_TAGS, _LOADED = Question("/api/tags"), Question("/api/ps")


class OllamaSource:
    """Reads the server; asks what a model can do once for each version of it."""

    def __init__(self, server: ModelServer) -> None:
        self._server = server
        self._shown: dict[tuple[str, str], Json] = {}

    def read(self) -> View:
        """What there is now. Raises Unavailable or Forbidden."""
        tags, running = self._server.ask(_TAGS, _LOADED)
        observed_at = time.time_ns()
        found = names(self._server.document(_TAGS, tags))
        if len(found) > MOST:
            raise Unavailable(f"{self._server.where} has {len(found)} models; {MOST} are the most")
        try:
            loaded = names(self._server.document(_LOADED, running))
        except AgentTelemetryError:  # a version that is older than this question
            loaded = None
        self._show(found)
        shown = {name: self._shown.get(_version(name, item), {}) for name, item in found.items()}
        return View(
            observed_at, dict(model(name, found[name], loaded, shown[name]) for name in found)
        )

    def _show(self, found: dict[str, Json]) -> None:
        """Some each time: what is not shown yet is in the next round."""
        wanted = {_version(name, item): name for name, item in found.items()}
        self._shown = {key: shown for key, shown in self._shown.items() if key in wanted}
        missing = [key for key in wanted if key not in self._shown][:_AT_ONCE]
        questions = [Question("/api/show", body={"model": wanted[key]}) for key in missing]
        for key, question, answer in zip(
            missing, questions, self._server.ask(*questions) if questions else [], strict=True
        ):
            try:
                self._shown[key] = self._server.document(question, answer)
            except Failed:
                self._shown[key] = {}  # one that cannot be shown must not keep others from it
            except AgentTelemetryError:
                continue


def _version(name: str, item: Json) -> tuple[str, str]:
    return name, text(item.get("digest")) or ""
