"""The critical path of a trace: what its total time was spent on, walked back from its end.

From the span that ended last back in time: within a span into the child that ended last before,
what no child explains is the span's own time; from the start of a span to its parent, or to the
message that it was waiting for: the time between is a wait.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Node:
    """A span on the clock of the trace, ns. One that has not ended ends at the time asked for."""

    span_id: str
    parent_id: str
    name: str
    agent_name: str
    kind: str
    start: int
    end: int
    is_open: bool = False
    message_id: str = ""
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Sent:
    """A message: when it was sent, and in which span."""

    time: int
    span_id: str


@dataclass(frozen=True)
class Segment:
    """A piece of the path: the own time of a span, or the wait before it."""

    node: Node
    kind: str
    start: int
    end: int


@dataclass
class Path:
    """The pieces in the order of time, and what is odd about the spans."""

    segments: list[Segment]
    start: int
    end: int
    missing_parents: int
    cycles: int
    clock_skew: int


def critical_path(nodes: Iterable[Node], messages: dict[str, Sent]) -> Path | None:
    """The path of the spans of one trace; None without any."""
    by_id = {node.span_id: node for node in nodes}
    if not by_id:
        return None
    skew = _straighten(by_id)
    cycles = _cut_cycles(by_id)
    missing = sum(bool(n.parent_id) and n.parent_id not in by_id for n in by_id.values())
    for node in by_id.values():
        if parent := by_id.get(node.parent_id):
            parent.children.append(node)
    roots = [node for node in by_id.values() if node.parent_id not in by_id]
    last = max(by_id.values(), key=lambda node: (node.end, -node.start, node.span_id))
    segments = _walk(last, by_id, roots, messages)
    start = min(node.start for node in by_id.values())
    return Path(segments[::-1], start, last.end, missing, cycles, skew)


def _straighten(by_id: dict[str, Node]) -> int:
    """Spans that end before they start end at once; how many do, or start before their parent."""
    skewed = 0
    for node in by_id.values():
        parent = by_id.get(node.parent_id)
        if node.end < node.start or (parent and node.start < parent.start):
            skewed += 1
        node.end = max(node.start, node.end)
    return skewed


def _cut_cycles(by_id: dict[str, Node]) -> int:
    """Make the earliest span of each cycle of parents a root; how many cycles there were."""
    cycles, done = 0, set[str]()
    for first in by_id:
        chain: dict[str, None] = {}
        current = first
        while current in by_id and current not in done and current not in chain:
            chain[current] = None
            current = by_id[current].parent_id
        if current in chain:
            names = list(chain)
            cycle = [by_id[name] for name in names[names.index(current) :]]
            min(cycle, key=lambda node: (node.start, node.span_id)).parent_id = ""
            cycles += 1
        done.update(chain)
    return cycles


def _walk(
    last: Node, by_id: dict[str, Node], roots: list[Node], messages: dict[str, Sent]
) -> list[Segment]:
    """The pieces from the end of the trace back; time never goes forward, no child is twice."""
    segments: list[Segment] = []
    entered = {last.span_id}
    node: Node | None = last
    time = last.end
    seen = set[tuple[str, int]]()
    # Messages can lead in a circle, when clocks are wrong.
    while node is not None and (node.span_id, time) not in seen:
        seen.add((node.span_id, time))
        child = _blocking(node, time, entered)
        if child is not None:
            end = min(child.end, time)
            _add(segments, node, "span", end, time)
            entered.add(child.span_id)
            node, time = child, end
            continue
        _add(segments, node, "span", min(node.start, time), time)
        time = min(node.start, time)
        before, until, kind = _before(node, time, by_id, roots, entered, messages)
        _add(segments, node, kind, until, time)
        node, time = before, until
        if node is not None:
            entered.add(node.span_id)
    return segments


def _blocking(node: Node, time: int, entered: set[str]) -> Node | None:
    """The child that ended last before `time`; one that outlives its span only by a wrong clock
    (or because it has not ended) counts up to the end of the span."""
    ready = [
        child
        for child in node.children
        if child.span_id not in entered
        and child.start < time
        and min(child.end, node.end) <= time
        and child.start < node.end
    ]
    return max(ready, key=lambda c: (min(c.end, time), c.start, c.span_id), default=None)


def _before(
    node: Node,
    time: int,
    by_id: dict[str, Node],
    roots: list[Node],
    entered: set[str],
    messages: dict[str, Sent],
) -> tuple[Node | None, int, str]:
    """What a span waited for: its parent, the sender of its message, else the root that ended last
    before; from when on it waited, and the kind of the wait."""
    sent = messages.get(node.message_id)
    parent = by_id.get(node.parent_id) or (by_id.get(sent.span_id) if sent else None)
    if parent is not None and parent is not node:
        if sent is not None and parent.start <= sent.time <= time:
            return parent, sent.time, "wait"
        return parent, min(parent.end, time), "wait"
    if sent is not None and sent.time <= time:
        time, kind = sent.time, "wait"
    else:
        kind = "gap"
    earlier = [r for r in roots if r.span_id not in entered and r.end <= time]
    found = max(earlier, key=lambda r: (r.end, r.start, r.span_id), default=None)
    if found is None or kind == "wait":
        return found, time, kind
    return found, found.end, kind


def _add(segments: list[Segment], node: Node, kind: str, start: int, end: int) -> None:
    if end > start:
        segments.append(Segment(node, kind, start, end))
