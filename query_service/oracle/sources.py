"""How the sources of the observer are."""

from query_service.models.oracle_source import UNKNOWN, Source, sources
from query_service.routes.context import Moment, database

KAFKA, KUBERNETES, POD_METRICS = "kafka", "kubernetes", "kubernetes-metrics"
LITELLM, OLLAMA, MODEL_FIGURES = "litellm", "ollama", "litellm-metrics"


def known_sources(asked: Moment) -> dict[str, Source]:
    """Each source that was observed up to a time, by its name."""
    rows = database().rows("oracle/sources", {"at": asked.parameters["at"]})
    return sources(rows, asked.now)


def source(known: dict[str, Source], name: str) -> Source:
    """A source, also one that nobody observed."""
    return known.get(name, Source(name, UNKNOWN))
