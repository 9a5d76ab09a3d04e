"""Models, as the schema of the oracle has them, with what is ours of each beside."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from query_service.db import Row
from query_service.models.values import iso

UNKNOWN_PROVIDER = "unknown"
"""The schema wants a text."""
_NAMED = 20


class Llm(NamedTuple):
    """Models in the schema's shape, sentences about them, and what is ours of each, in the same
    order."""

    models: list[dict[str, Any]]
    issues: list[str]
    beside: list[dict[str, Any]]


def called(rows: Iterable[Row]) -> Llm:
    """Models that nothing but spans tells of."""
    told = Llm([], [], [])
    for row in rows:
        told.models.append(
            {
                "model": row["model"],
                "provider": row["provider"] or UNKNOWN_PROVIDER,
                "tpm_max": None,
                "rpm_max": None,
                "tpm": row["tpm"],
                "rpm": row["rpm"],
            }
        )
        told.beside.append({"source": "spans", "calls": calls(row)})
    if told.models:
        names = _listed([model["model"] for model in told.models])
        told.issues.append(f"no gateway tells of {names}: tpm_max and rpm_max are not known")
    return told


def calls(row: Row) -> dict[str, Any]:
    """What spans tell of a model: of the last five minutes, and when it was called last."""
    return {
        "requests": row["requests"],
        "tokens": row["tokens"],
        "failures": row["failures"],
        "last_call": iso(row["last_call"]),
    }


def _listed(names: Iterable[str]) -> str:
    once = list(dict.fromkeys(names))
    more = f" and {len(once) - _NAMED} more" if len(once) > _NAMED else ""
    return ", ".join(once[:_NAMED]) + more
