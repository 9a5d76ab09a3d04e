"""Models, with what spans tell of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from query_service.db import Row
from query_service.models.oracle_gateway import FAILING, UNKNOWN_PROVIDER, Told
from query_service.models.values import iso

SPANS = "spans"
_NEARLY = 0.9
"""Of a limit: from there on it is worth telling."""


def with_calls(told: Sequence[Told], rows: Iterable[Row]) -> list[Told]:
    """The same, each with the calls that spans tell of, and the models that only spans tell of.

    What a gateway counts by itself stays as it is.
    """
    exact = {one.item["model"]: one for one in reversed(told)}
    other = {name: one for one in reversed(told) for name in one.called_as}
    alone: dict[str, Told] = {}
    for row in rows:
        found = exact.get(row["model"]) or other.get(row["model"])
        if found is None:
            key = f"{row['provider']} {row['model']}"
            found = alone[key] = _known_by_spans(row)
        _add_calls(found, row)
    return [*told, *alone.values()]


def trouble(told: Iterable[Told]) -> list[str]:
    """Sentences about models that fail or have nearly used up a limit."""
    issues = []
    for one in told:
        item, ours = one.item, one.ours
        for unit, what in (("tpm", "tokens"), ("rpm", "requests")):
            most, used = item[f"{unit}_max"], item[unit]
            if most and used is not None and used > _NEARLY * most:
                issues.append(
                    f"{item['model']} has used {used:,} of {most:,.0f} {what} a minute"
                    f" ({used / most:.0%})"
                )
        issues += [
            f"{item['model']}: {part['model'] or part['id']} fails{_cooled(part)}"
            for part in ours.get("deployments", ())
            if part["health"] == FAILING
        ]
    return issues


def _cooled(part: dict[str, Any]) -> str:
    if part["cooled_down_at"] is None:
        return ""
    times = part["cooldowns_last_hour"]
    return f" (cooled down at {part['cooled_down_at']}, {times} in the last hour)"


def _known_by_spans(row: Row) -> Told:
    item = {
        "model": row["model"],
        "provider": row["provider"] or UNKNOWN_PROVIDER,
        "tpm_max": None,
        "rpm_max": None,
        "tpm": None,
        "rpm": None,
    }
    return Told(item, {"source": SPANS}, {row["model"]})


def _add_calls(told: Told, row: Row) -> None:
    """Adds what spans of one name tell; several names may be those of one model."""
    calls = told.ours.setdefault(
        "calls", {"requests": 0, "tokens": 0, "failures": 0, "rpm": 0, "tpm": 0, "last_call": None}
    )
    for name in ("requests", "tokens", "failures", "rpm", "tpm"):
        calls[name] += row[name]
    calls["last_call"] = max(filter(None, [calls["last_call"], iso(row["last_call"])]))


def count_by_calls(told: Iterable[Told]) -> None:
    """Where nobody else counts, what spans tell is how much a model is used."""
    for one in told:
        for unit in ("tpm", "rpm"):
            if one.item[unit] is None and "calls" in one.ours:
                one.item[unit] = one.ours["calls"][unit]
