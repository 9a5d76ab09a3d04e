"""What is other in one state than in another."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from query_service.models.oracle_discovery import key
from query_service.models.oracle_llm import SPANS
from query_service.models.values import iso
from query_service.oracle.state import State

Json = dict[str, Any]


class _Kind(NamedTuple):
    """A section: what its things are told from others by, and what is compared of them."""

    name: str
    named: Callable[[Json], str]
    compared: Callable[[Json], Json]


def changes(before: State, after: State) -> list[Json]:
    """Every change, in the order of sections, names and fields."""
    found = [*_told("sources", _sources(before), _sources(after))]
    for kind in _KINDS:
        old, new = (
            {
                kind.named(item): (kind.named(item), kind.compared(item))
                for item in one.sections[kind.name].told(strict=False)
            }
            for one in (before, after)
        )
        found += _told(kind.name, old, new)
    for change, left, right in (("removed", before, after), ("added", after, before)):
        known = set(right.issues)
        for issue in left.issues:
            if issue not in known:
                is_over = change == "removed"
                told = f"issue {'over' if is_over else 'new'}: {issue}"
                was, now = (issue, None) if is_over else (None, issue)
                found.append(_change("issues", issue, change, None, was, now, told))
    return found


def text(since: datetime, until: datetime, shown: list[Json], omitted: int) -> str:
    """All of it in words, a line each."""
    head = f"From {iso(since)} to {iso(until)}: "
    if not shown:
        return f"{head}nothing changed."
    more = [f"and {omitted:,} more"] * bool(omitted)
    lines = [f"- {line}" for line in (*(one["text"] for one in shown), *more)]
    return "\n".join([f"{head}{len(shown) + omitted:,} changes", *lines])


Named = Mapping[str, tuple[str, Json]]


def _told(section: str, before: Named, after: Named) -> Iterator[Json]:
    for own in sorted(before.keys() | after.keys()):
        what = section if section != "litellm" else "model"
        what = what.removesuffix("s")
        if own not in after:
            name, old = before[own]
            told = f"{what} {name} is gone"
            yield _change(section, name, "removed", None, old, None, told)
        elif own not in before:
            name, new = after[own]
            told = f"{what} {name} is new{_in_words(new)}"
            yield _change(section, name, "added", None, None, new, told)
        else:
            (_, old), (name, new) = before[own], after[own]
            for field in new:
                if old[field] != new[field]:
                    told = (
                        f"{what} {name}: {field} was {_plain(old[field])}, is {_plain(new[field])}"
                    )
                    yield _change(section, name, "changed", field, old[field], new[field], told)


def _change(
    section: str, name: str, change: str, attribute: str | None, before: Any, after: Any, text: str
) -> Json:
    return {
        "section": section,
        "name": name,
        "change": change,
        "attribute": attribute,
        "before": before,
        "after": after,
        "text": text,
    }


def _plain(value: Any) -> str:
    """A value in words."""
    if value is None or value in ({}, []):
        return "none" if value is not None else "not known"
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _in_words(fields: Json) -> str:
    told = ", ".join(f"{name} {_plain(value)}" for name, value in fields.items())
    return f": {told}" if told else ""


def _sources(state: State) -> Named:
    return {
        name: (name, {"state": one.state, "message": one.message or None})
        for name, one in state.known.items()
    }


def _agent(item: Json) -> Json:
    return {
        "deployments": item["deployments"],
        "known_by": sorted(item["known_by"]),
        "models": item["models"],
        "description": item.get("description"),
        "active_tasks": item["active_tasks"],
    }


def _workload(item: Json) -> Json:
    pods = item["pods"]
    return {
        "image": item["live"].get("image"),
        "max_pods": item["max_pods"],
        "active_pods": item["live"]["active_pods"],
        "pods": _counts(pod["status"] for pod in pods),
        "restarts": sum(pod["restarts"] for pod in pods),
        "reasons": _counts(reason for pod in pods for reason in pod["reasons"]),
        "pod_max_cpu": item.get("pod_max_cpu"),
        "pod_max_ram": item.get("pod_max_ram"),
    }


def _counts(values: Iterator[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _queue(item: Json) -> Json:
    fields = ("pending_tasks", "queued", "in_progress", "expired", "lost", "lag", "consumers")
    return {name: item[name] for name in fields}


def _model(item: Json) -> Json:
    fields = ("provider", "tpm_max", "rpm_max", "health", "loaded")
    return {name: item.get(name) for name in fields}


def _model_name(item: Json) -> str:
    """Spans may tell of a model by several providers, each of which is one."""
    by = f"{item['provider']}, " if item["source"] == SPANS else ""
    return f"{item['model']} ({by}{item['source']})"


_KINDS = (
    _Kind("agents", lambda item: key(item["name"]), _agent),
    _Kind(
        "workload",
        lambda item: f"{item['namespace']}/{item['deployment_name']} ({item['kind']})",
        _workload,
    ),
    _Kind("queues", lambda item: str(item["name"]), _queue),
    _Kind("litellm", _model_name, _model),
)
