"""Models that a gateway or a server of models tells of."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from query_service.db import Row
from query_service.models.values import iso

MODEL = "agent_telemetry.model"
REQUESTS, FAILURES, COOLDOWNS = f"{MODEL}.requests", f"{MODEL}.failures", f"{MODEL}.cooldowns"
TOKENS, SPEND = f"{MODEL}.tokens", f"{MODEL}.spend"
METRICS = [REQUESTS, FAILURES, COOLDOWNS, TOKENS, SPEND]
UNKNOWN_PROVIDER = "unknown"
"""The schema wants a text."""
HEALTHY, UNSTABLE, FAILING = "healthy", "unstable", "failing"
_SEEN_NOW = ("loaded", "loaded_size", "vram_size", "loaded_context", "expires_at")
_ALWAYS = ("size", "parameter_size", "quantization", "modified_at")

Json = dict[str, Any]
Figures = Mapping[tuple[str, str, str], Row]


@dataclass
class Told:
    """A model: `item` as the schema has it, `ours` beside, and by which names it is called."""

    item: Json
    ours: Json
    called_as: set[str]


def figures(rows: Iterable[Row]) -> Figures:
    """The rows of `oracle/model_figures` by name, uid and metric."""
    return {(row["name"], row["uid"], row["metric"]): row for row in rows}


def models(things: Iterable[Row], seen: Figures, source: str, is_current: bool) -> list[Told]:
    """Models by name; `things` of one source. What holds only now is left out while it is away."""
    groups: defaultdict[str, list[tuple[Row, Json]]] = defaultdict(list)
    for row in things:
        if row["namespace"] == source:
            groups[row["name"]].append((row, json.loads(row["attributes"])))
    return [_told(name, own, seen, source, is_current) for name, own in groups.items()]


def _told(
    name: str, own: list[tuple[Row, Json]], seen: Figures, source: str, is_current: bool
) -> Told:
    parts = [part for _, part in own]
    first = parts[0]
    item = {
        "model": name,
        "provider": ", ".join(_each(part.get("provider") for part in parts)) or UNKNOWN_PROVIDER,
        "tpm_max": _whole_sum(part.get("tpm_max") for part in parts),
        "rpm_max": _whole_sum(part.get("rpm_max") for part in parts),
        "tpm": _grown(name, own, seen, TOKENS),
        "rpm": _grown(name, own, seen, REQUESTS),
        "payment_type": first.get("payment_type"),
        "input_context": _most(part.get("input_context") for part in parts),
        "output_context": _most(part.get("output_context") for part in parts),
        "output_dim": _most(part.get("output_dim") for part in parts),
        "input_types": _each(one for part in parts for one in part.get("input_types", ())),
        "output_types": _each(one for part in parts for one in part.get("output_types", ())),
    }
    needed = {"model", "provider", "tpm_max", "rpm_max", "tpm", "rpm"}
    item = {key: value for key, value in item.items() if key in needed or value not in (None, [])}
    ours: Json = {"source": source, "updated_at": iso(max(row["last_seen"] for row, _ in own))}
    ours |= {key: first[key] for key in _ALWAYS if key in first}
    if is_current:
        ours |= {key: first[key] for key in _SEEN_NOW if key in first}
    if any("model" in part for part in parts):
        ours |= _deployments(name, own, seen)
    return Told(item, ours, _names(name, parts))


def _deployments(name: str, own: list[tuple[Row, Json]], seen: Figures) -> Json:
    told = [_deployment(row["uid"], part, name, seen) for row, part in own]
    known = {one["health"] for one in told} - {None}
    spent = [row for part, _ in own if (row := seen.get((name, part["uid"], SPEND)))]
    return {
        "health": (known.pop() if len(known) == 1 else UNSTABLE) if known else None,
        "spend": sum(row["value"] for row in spent) if spent else None,
        "spend_last_hour": sum(row["last_hour"] for row in spent) if spent else None,
        "deployments": told,
    }


def _deployment(uid: str, part: Json, name: str, seen: Figures) -> Json:
    cooled = seen.get((name, uid, COOLDOWNS))
    return {
        "id": uid,
        "model": part.get("model"),
        "provider": part.get("provider"),
        "tpm_max": part.get("tpm_max"),
        "rpm_max": part.get("rpm_max"),
        "health": _health(seen.get((name, uid, REQUESTS)), seen.get((name, uid, FAILURES))),
        "cooldowns_last_hour": int(cooled["last_hour"]) if cooled else None,
        "cooled_down_at": iso(cooled["grew_at"]) if cooled else None,
    }


def _health(requests: Row | None, failures: Row | None) -> str | None:
    """By what the answers were that were seen last; None when there were none in the hour."""
    if requests is None or failures is None or requests["grew_at"] is None:
        return None
    if failures["grew_at"] is None or failures["grew_at"] < requests["grew_at"]:
        return HEALTHY
    all_failed = requests["last_growth"] == failures["last_growth"]
    return FAILING if all_failed else UNSTABLE


def _grown(name: str, own: list[tuple[Row, Json]], seen: Figures, metric: str) -> int | None:
    rows = [row for part, _ in own if (row := seen.get((name, part["uid"], metric)))]
    return round(sum(row["last_minute"] for row in rows)) if rows else None


def _names(name: str, parts: list[Json]) -> set[str]:
    """How spans may call it: a model of a deployment also without its provider, a tag `latest`
    also without it."""
    models = {part["model"] for part in parts if "model" in part}
    bare = {model.partition("/")[2] for model in models if "/" in model}
    return {name, name.removesuffix(":latest"), *models, *bare}


def _whole_sum(values: Iterable[float | None]) -> float | None:
    """The sum; None when one is not known: then the whole has no limit that is known."""
    all_of = list(values)
    known = [value for value in all_of if value is not None]
    return sum(known) if len(known) == len(all_of) else None


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _each(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(value for value in values if value))
