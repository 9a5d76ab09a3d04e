"""A diagnosis: what the detectors find in a window, roots first."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from query_service.diagnose.causes import Explained, explained
from query_service.diagnose.detect import Window, detect
from query_service.diagnose.finding import Finding
from query_service.models.values import normalise
from query_service.routes.context import Moment, context


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong at a time. `failed`: kinds that could not be looked for, and why; `cut`: kinds
    with more findings."""

    window: Window
    is_past: bool
    minutes: int
    issues: list[Explained]
    failed: dict[str, str]
    cut: list[str]

    @property
    def at(self) -> datetime:
        """The time it is of."""
        return self.window.at

    @property
    def counts(self) -> Counter[str]:
        """How many findings there are of each severity."""
        return Counter(one.finding.severity for one in self.issues)

    @property
    def status(self) -> str:
        """In a word."""
        if self.counts["critical"]:
            return "critical"
        return "degraded" if self.counts["high"] or self.failed else "healthy"


def diagnose(asked: Moment, minutes: int, agent: str = "", trace_id: str = "") -> Diagnosis:
    """The diagnosis of the minutes before a time; of one agent, or of what concerns a trace.

    Causes are looked for among all findings, and are kept with what they explain.
    """
    window = Window(asked.now - timedelta(minutes=minutes), asked.now)
    held = context()
    found = detect(held.database, window, held.thresholds)
    issues = explained(found.findings, found.waits)
    if agent or trace_id:
        issues = _concerning(issues, normalise(agent), trace_id)
    return Diagnosis(window, asked.is_past, minutes, issues, found.failed, found.cut)


def _concerning(issues: list[Explained], agent: str, trace_id: str) -> list[Explained]:
    causes = {id(one.finding): one.cause for one in issues}
    wanted = set[int]()
    for one in issues:
        concerns = not agent or agent in one.finding.agents
        if concerns and (not trace_id or trace_id in one.finding.traces.first):
            each: Finding | None = one.finding
            while each is not None:
                wanted.add(id(each))
                each = causes[id(each)]
    return [one for one in issues if id(one.finding) in wanted]
