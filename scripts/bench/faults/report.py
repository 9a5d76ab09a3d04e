"""The table, and what it was made from."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bench.faults.ask import Result
from tests.faults.judge import Item
from tests.faults.plan import HEALTHY, KINDS, PAIRS


def markdown(results: Sequence[Result]) -> str:
    """By kind: worlds, how many faults were found, how many of its findings were right."""
    right = Counter(item["kind"] for result in results for item in result.verdict.right)
    false = Counter(item["kind"] for result in results for item in result.verdict.false)
    lines = [
        "| kind | worlds | recall | precision | root first | false findings in its worlds |",
        "|---|---|---|---|---|---|",
    ]
    for group in (*KINDS, PAIRS, HEALTHY):
        own = [result for result in results if result.sent.spec.group == group]
        if own:
            lines.append(_line(group, own, right, false))
    both = [r for r in results if r.sent.spec.group == PAIRS]
    if both:
        found = sum(not result.verdict.missed for result in both)
        lines.append(f"\nBoth faults of a pair found: {found} of {len(both)}")
    healthy = [result for result in results if result.sent.spec.group == HEALTHY]
    if healthy:
        said = sum(bool(result.verdict.false) for result in healthy)
        lines.append(f"\nHealthy worlds with a finding: {said} of {len(healthy)}")
    took = sorted(result.seconds for result in results)
    p50, p95 = (took[len(took) * percent // 100] * 1000 for percent in (50, 95))
    lines.append(f"\nOne diagnose of 60 minutes: p50 {p50:.0f} ms, p95 {p95:.0f} ms")
    return "\n".join(lines)


def details(results: Sequence[Result]) -> str:
    """Each fault that was missed, and each finding that is false."""
    lines = []
    for result in results:
        spec = result.sent.spec
        where = f"{spec.group} seed {spec.seed} ({spec.suffix}, at {_iso(spec.at)})"
        for truth in result.verdict.missed:
            what = f"{truth.kind} {truth.variant} of {', '.join(sorted(truth.agents))}"
            lines.append(f"missed {where}: {what} since {_iso(truth.since)}")
        lines += [f"false  {where}: {_told(item)}" for item in result.verdict.false]
        if result.verdict.found and not result.verdict.root_first:
            lines.append(f"second {where}: first is {_told(result.items[0])}")
    return "\n".join(lines)


def document(results: Sequence[Result]) -> list[dict[str, Any]]:
    """All of it, as JSON."""
    return [
        {
            "group": result.sent.spec.group,
            "seed": result.sent.spec.seed,
            "suffix": result.sent.spec.suffix,
            "at": _iso(result.sent.spec.at),
            "planted": [_truth(truth) for truth in result.sent.truths],
            "missed": [truth.kind for truth in result.verdict.missed],
            "root_first": result.verdict.root_first,
            "false": result.verdict.false,
            "symptoms": [_told(item) for item in result.verdict.symptoms],
            "beside": [_told(item) for item in result.verdict.beside],
            "items": result.items,
            "seconds": round(result.seconds, 3),
        }
        for result in results
    ]


def _line(group: str, own: Sequence[Result], right: Counter[str], false: Counter[str]) -> str:
    planted = sum(len(result.verdict.expected) for result in own)
    found = sum(len(result.verdict.found) for result in own)
    said = right[group] + false[group]
    first = sum(result.verdict.root_first for result in own)
    wrong = sum(len(result.verdict.false) for result in own)
    cells = (
        group,
        len(own),
        f"{found / planted:.2f}" if planted else "",
        f"{right[group] / said:.2f}" if said else "",
        f"{first / len(own):.2f}" if planted else "",
        wrong,
    )
    return f"| {' | '.join(map(str, cells))} |"


def _truth(truth: Any) -> dict[str, Any]:
    return {
        "kind": truth.kind, "variant": truth.variant, "agents": sorted(truth.agents),
        "since": _iso(truth.since), "task_ids": sorted(truth.task_ids)[:20],
        "trace_ids": sorted(truth.trace_ids)[:20], "also": sorted(map(list, truth.also)),
    }  # fmt: skip


def _told(item: Item) -> str:
    figures = ", ".join(f"{name} {value}" for name, value in list(_figures(item).items())[:8])
    cause = f" caused by {item['caused_by']}" if item.get("caused_by") else ""
    return f"{item['kind']} of {', '.join(item['agents'][:3])}{cause} ({figures})"


def _figures(item: Item) -> dict[str, Any]:
    evidence = item.get("evidence") or {}
    found: dict[str, Any] = evidence.get("figures") or {}
    return found


def _iso(time: float) -> str:
    return f"{datetime.fromtimestamp(time, UTC):%FT%TZ}"
