"""How the sources of the observer are."""

from query_service.models.oracle_source import UNKNOWN, Source, sources
from query_service.routes.context import Moment, database

KAFKA, KUBERNETES, POD_METRICS = "kafka", "kubernetes", "kubernetes-metrics"
LITELLM, OLLAMA, MODEL_FIGURES = "litellm", "ollama", "litellm-metrics"


def known_sources(asked: Moment) -> dict[str, Source]:
    """Each source that was observed up to a time, by its name."""
    return sources(database().rows(*sources_query(asked)), asked.now)


def sources_query(asked: Moment) -> tuple[str, dict[str, str]]:
    """The query for how the sources were seen."""
    return "oracle/sources", {"at": asked.parameters["at"]}


def source(known: dict[str, Source], name: str) -> Source:
    """A source, also one that nobody observed."""
    return known.get(name, Source(name, UNKNOWN))
