"""The models that agents call, and how much they do."""

from query_service.models.oracle_llm import called
from query_service.models.oracle_source import Source
from query_service.oracle.section import Section
from query_service.routes.context import Moment, bound, database

MOST = 1_000
"""So many models are told of."""


def find(asked: Moment, known: dict[str, Source]) -> Section:
    """The models."""
    rows = database().rows("oracle/model_calls", {"until": bound(asked.now), "most": MOST})
    told = called(rows)
    counts = {"llm_models": len(told.models)}
    return Section(told.models, [], told.issues, told.beside, counts)
