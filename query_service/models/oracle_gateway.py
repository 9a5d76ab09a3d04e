"""Models that a gateway or a server of models tells of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from query_service.db import Row
from query_service.models.oracle_things import Model, seen
from query_service.models.values import iso

MODEL = "agent_telemetry.model"
REQUESTS, FAILURES, COOLDOWNS = f"{MODEL}.requests", f"{MODEL}.failures", f"{MODEL}.cooldowns"
TOKENS, SPEND = f"{MODEL}.tokens", f"{MODEL}.spend"
METRICS = [REQUESTS, FAILURES, COOLDOWNS, TOKENS, SPEND]
UNKNOWN_PROVIDER = "unknown"
"""The schema wants a text."""
HEALTHY, UNSTABLE, FAILING = "healthy", "unstable", "failing"
_PASSES = {"loaded", "loaded_size", "vram_size", "loaded_context", "expires_at"}
_STANDS = {"size", "parameter_size", "quantization", "modified_at"}

Json = dict[str, Any]
Figures = Mapping[tuple[str, str, str], Row]


class Part(NamedTuple):
    """A deployment, or a whole model, as it was recorded."""

    row: Row
    model: Model


@dataclass
class Told:
    """A model: `item` as the schema has it, `ours` beside, and by which names it is called."""

    item: Json
    ours: Json
    called_as: set[str]


def figures(rows: Iterable[Row]) -> Figures:
    """The rows of `oracle/model_figures` by name, uid and metric."""
    return {(row["name"], row["uid"], row["metric"]): row for row in rows}


def models(things: Iterable[Row], done: Figures, source: str, is_current: bool) -> list[Told]:
    """Models by name; `things` of one source. What holds only now is left out while it is away."""
    groups: defaultdict[str, list[Part]] = defaultdict(list)
    for row in things:
        if row["namespace"] == source and (part := seen(Model, row)):
            groups[row["name"]].append(Part(row, part))
    return [_told(name, own, done, source, is_current) for name, own in groups.items()]


def _told(name: str, own: list[Part], done: Figures, source: str, is_current: bool) -> Told:
    parts = [part.model for part in own]
    item = {
        "model": name,
        "provider": ", ".join(_each(part.provider for part in parts)) or UNKNOWN_PROVIDER,
        "tpm_max": _whole_sum(part.tpm_max for part in parts),
        "rpm_max": _whole_sum(part.rpm_max for part in parts),
        "tpm": _grown(own, done, TOKENS),
        "rpm": _grown(own, done, REQUESTS),
    }
    further = {
        "payment_type": parts[0].payment_type,
        "input_context": _most(part.input_context for part in parts),
        "output_context": _most(part.output_context for part in parts),
        "output_dim": _most(part.output_dim for part in parts),
        "input_types": _each(one for part in parts for one in part.input_types),
        "output_types": _each(one for part in parts for one in part.output_types),
    }
    ours: Json = {"source": source, "updated_at": iso(max(part.row["last_seen"] for part in own))}
    ours |= parts[0].model_dump(include=_STANDS | _PASSES if is_current else _STANDS)
    if any(part.model for part in parts):
        ours |= _deployments(own, done)
    return Told({**item, **_known(further)}, _known(ours), _names(name, parts))


def _deployments(own: list[Part], done: Figures) -> Json:
    told = [_deployment(part, done) for part in own]
    health = {one["health"] for one in told} - {None}
    spent = _rows(own, done, SPEND)
    return {
        "health": (health.pop() if len(health) == 1 else UNSTABLE) if health else None,
        "spend": sum(row["value"] for row in spent) if spent else None,
        "spend_last_hour": sum(row["last_hour"] for row in spent) if spent else None,
        "deployments": told,
    }


def _deployment(part: Part, done: Figures) -> Json:
    key = part.row["name"], part.row["uid"]
    requests, failures, cooldowns = (
        done.get((*key, metric)) for metric in (REQUESTS, FAILURES, COOLDOWNS)
    )
    return {
        "id": part.row["uid"],
        **part.model.model_dump(include={"model", "provider", "tpm_max", "rpm_max"}),
        "health": _health(requests, failures),
        "cooldowns_last_hour": round(cooldowns["last_hour"]) if cooldowns else None,
        "cooled_down_at": iso(cooldowns["grew_at"]) if cooldowns else None,
    }


def _health(requests: Row | None, failures: Row | None) -> str | None:
    """By what the answers were that were seen last; None when there were none in the hour."""
    if requests is None or failures is None or requests["grew_at"] is None:
        return None
    if failures["grew_at"] is None or failures["grew_at"] < requests["grew_at"]:
        return HEALTHY
    all_failed = requests["last_growth"] == failures["last_growth"]
    return FAILING if all_failed else UNSTABLE


def _grown(own: list[Part], done: Figures, metric: str) -> int | None:
    rows = _rows(own, done, metric)
    return round(sum(row["last_minute"] for row in rows)) if rows else None


def _rows(own: list[Part], done: Figures, metric: str) -> list[Row]:
    keys = [(part.row["name"], part.row["uid"], metric) for part in own]
    return [done[key] for key in keys if key in done]


def _names(name: str, parts: list[Model]) -> set[str]:
    """How spans may call it: a model of a deployment also without its provider, a tag `latest`
    also without it."""
    models = {part.model for part in parts if part.model}
    bare = {model.partition("/")[2] for model in models if "/" in model}
    return {name, name.removesuffix(":latest"), *models, *bare}


def _whole_sum(values: Iterable[float | None]) -> float | None:
    """The sum; None when one is not known: then the whole has no limit that is known."""
    all_of = list(values)
    known = [value for value in all_of if value is not None]
    return sum(known) if len(known) == len(all_of) else None


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _each(values: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _known(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, [])}
