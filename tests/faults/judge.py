"""Compares the findings of a world with what was planted in it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.records import Truth

Item = Mapping[str, Any]


@dataclass
class Verdict:
    """What a diagnose made of one world."""

    expected: list[Truth]
    found: list[Truth] = field(default_factory=list)
    root_first: bool = False
    right: list[Item] = field(default_factory=list)
    """Findings of what was planted."""
    symptoms: list[Item] = field(default_factory=list)
    beside: list[Item] = field(default_factory=list)
    """Findings of what truly holds beside it."""
    false: list[Item] = field(default_factory=list)

    @property
    def missed(self) -> list[Truth]:
        return [truth for truth in self.expected if truth not in self.found]


def of_world(items: Iterable[Item], suffix: str) -> list[Item]:
    """Findings whose agents, or what they are about, carry the name of a world."""
    return [
        item
        for item in items
        if any(agent.endswith(suffix) or f"{suffix}-" in agent for agent in item["agents"])
        or suffix in str(item.get("subject", ""))
    ]


def judge(items: Sequence[Item], truths: Sequence[Truth]) -> Verdict:
    """`items` are the findings of one world, as ranked."""
    verdict = Verdict(list(truths))
    of_id = {item["id"]: item for item in items}
    for item in items:
        if matching := [truth for truth in truths if is_it(item, truth)]:
            verdict.right.append(item)
            verdict.found += [truth for truth in matching if truth not in verdict.found]
        elif any(is_it(cause, t) for cause in _causes(item, of_id) for t in truths):
            verdict.symptoms.append(item)
        elif any(_is_beside(item, truth) for truth in truths):
            verdict.beside.append(item)
        else:
            verdict.false.append(item)
    verdict.root_first = bool(items) and any(is_it(items[0], truth) for truth in truths)
    return verdict


def is_it(item: Item, truth: Truth) -> bool:
    """Whether a finding is the one that was planted: its kind, and the agent at fault."""
    return item["kind"] == truth.kind and bool(item["agents"]) and item["agents"][0] in truth.agents


def _is_beside(item: Item, truth: Truth) -> bool:
    first = item["agents"][0] if item["agents"] else ""
    return (item["kind"], first) in truth.also or (item["kind"], "") in truth.also


def _causes(item: Item, of_id: Mapping[str, Item]) -> Iterable[Item]:
    seen = set()
    while (cause := item.get("caused_by")) and cause in of_id and cause not in seen:
        seen.add(cause)
        item = of_id[cause]
        yield item
