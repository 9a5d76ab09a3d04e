"""Things that sources tell of, and which of them are to be recorded: changes at once, all each
minute."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Key:
    """What a thing is told from others by. `namespace` is the source of things outside of one."""

    kind: str
    namespace: str
    name: str
    uid: str = ""


@dataclass(frozen=True)
class Figure:
    """A number of a thing, or of one of its containers, by the name of its metric."""

    metric: str
    key: Key
    container: str = ""


Things = Mapping[Key, Mapping[str, Any]]
Figures = Mapping[Figure, float]


@dataclass(frozen=True)
class View:
    """What a source shows at `observed_at` (ns since 1970)."""

    observed_at: int
    things: Things
    figures: Figures = field(default_factory=dict)


@dataclass(frozen=True)
class News:
    """What of a view is to be recorded."""

    things: Things
    gone: Collection[Key]
    figures: Figures


@dataclass
class Told:
    """What has been recorded of one source, and so what is still to be. Times are seconds."""

    keep_alive: float
    _things: dict[Key, tuple[Mapping[str, Any], float]] = field(default_factory=dict)
    _figures: dict[Figure, tuple[float, float]] = field(default_factory=dict)

    def news(self, view: View, now: float) -> News:
        """What is new or has changed, what was recorded long ago, and what is gone."""
        return News(
            {k: t for k, t in view.things.items() if self._is_due(self._things.get(k), t, now)},
            [key for key in self._things if key not in view.things],
            {k: f for k, f in view.figures.items() if self._is_due(self._figures.get(k), f, now)},
        )

    def remember(self, view: View, news: News, at: float) -> None:
        """Note that the news of a view are recorded; figures that it has no more are forgotten."""
        for key in news.gone:
            del self._things[key]
        self._things.update({key: (thing, at) for key, thing in news.things.items()})
        self._figures.update({key: (value, at) for key, value in news.figures.items()})
        for figure in [known for known in self._figures if known not in view.figures]:
            del self._figures[figure]

    def _is_due(self, known: tuple[Any, float] | None, value: Any, now: float) -> bool:
        return known is None or known[0] != value or now - known[1] >= self.keep_alive
