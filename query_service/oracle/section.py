"""What each section of the state gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from query_service.models.oracle_source import Source
from query_service.routes.context import Moment

Json = dict[str, Any]
_NAMED = 5
"""So many things are named in a sentence."""


@dataclass(frozen=True)
class Section:
    """A part of the state: `items` have exactly the fields of its schema, `ours` further ones of
    each, in the same order. `issues` says what does not run as it should, `unknown` what is not
    known or not shown, and why; `counts` is what a summary has of it."""

    items: list[Json]
    issues: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    ours: list[Json] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def told(self, strict: bool) -> list[Json]:
        """The items, with our fields unless exactly those of the schema are wanted."""
        return self.items if strict or not self.ours else _with(self.items, self.ours)


Find = Callable[[Moment, dict[str, Source]], Section]
"""A section of the state at a time, when its sources are as they are."""


def some(what: str, kind: str, names: Sequence[str]) -> list[str]:
    """A sentence about some things of a kind, with the first of their names; none without any."""
    if not names:
        return []
    more = ", …" if len(names) > _NAMED else ""
    return [f"{what} {number(len(names), kind)}: {', '.join(names[:_NAMED])}{more}"]


def number(count: int, kind: str) -> str:
    """So many of a kind, in words."""
    return f"{count:,} {kind}{'s' * (count != 1)}"


def _with(told: Any, ours: Any) -> Any:
    """The same with further fields, wherever they are."""
    if isinstance(told, dict):
        both = told.keys() & ours.keys()
        return {**told, **ours, **{name: _with(told[name], ours[name]) for name in both}}
    return [_with(one, further) for one, further in zip(told, ours, strict=True)]
