"""The models that agents call, and how much they do."""

from collections.abc import Mapping

from query_service.models.oracle_llm import Llm, called
from query_service.models.oracle_source import Source
from query_service.routes.context import Moment, bound, database

MOST = 1_000
"""So many models are told of."""


def llm(asked: Moment, known: Mapping[str, Source]) -> Llm:
    """The models; `known` are the sources by name."""
    parameters = {"until": bound(asked.now), "most": MOST}
    return called(database().rows("oracle/model_calls", parameters))
