"""A diagnosis as text, to be pasted into a model or read by a person."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from query_service.claude.budget import Block, fitted
from query_service.claude.whole import Whole, debugging_context
from query_service.diagnose.causes import Explained
from query_service.diagnose.finding import Finding, Ids
from query_service.diagnose.proof import proof
from query_service.models.values import iso

Heading = Callable[[str], str]
MOST_IDS, MOST_ERRORS, MOST_SLOW, MOST_ACTIONS = 5, 5, 3, 5
_PATH = "/api/v1/claude/diagnose"


def prompt(found: Whole, most: int) -> str:
    """In the form of the earlier system."""
    begin = "=== MULTI-AGENT SYSTEM DIAGNOSTIC REPORT ===\n"
    body = _report(found, most - 40, lambda name: f"\n[{name}]", "prompt")
    return f"{begin}{body}\n\n=== END DIAGNOSTIC REPORT ==="


def markdown(found: Whole, most: int) -> str:
    """As markdown."""
    body = _report(found, most - 10, lambda name: f"\n## {name.capitalize()}", "markdown")
    return f"# Diagnosis\n{body}\n"


def _report(found: Whole, most: int, heading: Heading, form: str) -> str:
    one = found.diagnosis
    head = (
        f"Generated: {iso(one.at)}\nTime Window: Last {one.minutes} minutes\n"
        f"System Status: {one.status.upper()}\n{heading('SUMMARY')}\n{found.summary}"
    )
    blocks = [Block("summary", head, head)]
    if one.failed:
        text = "".join(f"\nNot looked for: {kind} ({why})" for kind, why in one.failed.items())
        blocks.append(Block("failed detectors", text.strip(), text[:200].strip()))
    if one.issues:
        title = heading("ISSUES REQUIRING ATTENTION")
        blocks += [Block("heading", title, title), *_issues(one.issues)]
    blocks += [
        Block(name.lower(), f"{heading(name)}\n" + "\n".join(lines))
        for name, lines in _sections(found)
        if lines
    ]
    asking = {"format": form, "time_window_minutes": one.minutes, "max_tokens": 20_000}
    if one.is_past:
        asking["at"] = iso(one.at)
    how = f"Ask {_PATH}?{urlencode(asking)} (&agent= for one)."
    return fitted(blocks, most, how)


def _issues(issues: list[Explained]) -> Iterator[Block]:
    """A block for each root, with what comes of it."""
    roots = [one for one in issues if one.cause is None]
    for root in roots:
        number = next(i for i, one in enumerate(issues) if one is root)
        below = [one.finding for one in issues[number + 1 : number + 1 + root.consequences]]
        short = _line(root.finding)
        yield Block(f"details of {root.finding.kind}", _whole(root.finding, below), short)


def _line(found: Finding) -> str:
    return f"[{found.severity.upper()}] {found.title} ({found.kind})"


def _whole(found: Finding, below: list[Finding]) -> str:
    figures = ", ".join(f"{name}={value:g}" for name, value in found.figures.items())
    facts = ", ".join(f"{name}={value}" for name, value in found.facts.items())
    fixes = [f"  {n}. {text}" for n, text in enumerate(found.fixes, 1)]
    lines = [
        _line(found),
        f"Category: {found.declaration.category}; confidence {found.confidence:g}; id {found.id}",
        f"Description: {' '.join(found.declaration.meaning.split())}",
        f"Affected: {', '.join(found.agents)}",
        f"Seen: {iso(found.first_seen)} to {iso(found.last_seen)}",
        f"Evidence: {'; '.join(filter(None, (figures, facts)))}",
        *_ids("Tasks", found.tasks),
        *_ids("Traces", found.traces),
        *_ids("Errors", found.errors),
        "Suggested actions:",
        *fixes,
        "Verify:",
        *(f"  $ {text}" for text in found.verify),
    ]
    if below:
        lines += ["Consequences:", *(f"  - {_line(one)}" for one in below[:MOST_IDS])]
        lines += [f"  - and {len(below) - MOST_IDS} more"] * (len(below) > MOST_IDS)
    lines.append(f"Shown by (POST /api/v1/sql): {proof(found, on_one_line=True)}")
    return "\n".join(lines) + "\n"


def _ids(name: str, ids: Ids) -> list[str]:
    if not ids.total:
        return []
    more = f" and {ids.total - MOST_IDS} more" if ids.total > MOST_IDS else ""
    return [f"{name}: {', '.join(ids.first[:MOST_IDS])}{more}"]


def _sections(found: Whole) -> Iterator[tuple[str, list[str]]]:
    yield (
        "SUGGESTED ACTIONS",
        [
            f"{n}. [{one['priority'].upper()}] {one['action']}\n   Rationale: {one['rationale']}"
            for n, one in enumerate(found.actions[:MOST_ACTIONS], 1)
        ],
    )
    yield (
        "RECENT ERRORS",
        [
            f"- {one['error_type']} ({one['count']}x): {(one['sample_message'] or '')[:100]}\n"
            f"  Agents affected: {', '.join(one['affected_agents'])}"
            for one in found.errors[:MOST_ERRORS]
        ],
    )
    yield (
        "RATE LIMIT WARNINGS",
        [
            f"- {one['model']} ({one['provider']}): tpm {_use(one['tpm'])}, rpm {_use(one['rpm'])}"
            for one in found.limits["models"]
            if one["is_limited"]
        ],
    )
    yield (
        "SLOW TRACES",
        [
            f"- Trace {one['trace_id']}: {one['duration_ms']:.0f}ms\n"
            f"  Bottleneck: {one['bottleneck_analysis']}"
            for one in found.slow[:MOST_SLOW]
        ],
    )
    yield "PERFORMANCE METRICS", _performance(found.performance)
    yield "DEBUGGING CONTEXT", [debugging_context(found)]


def _use(use: dict[str, Any]) -> str:
    share = use["percentage"]
    return "unknown" if share is None else f"{share:g} % of {use['limit']:g}"


def _performance(figures: dict[str, Any]) -> list[str]:
    total, good, bad = (figures[f"{n}_traces"] for n in ("total", "successful", "failed"))
    rate, latency = figures["success_rate"], figures["latency"]
    lines = [f"Traces: {total} total, {good} successful, {bad} failed"]
    if rate is not None:
        lines.append(f"Success Rate: {rate:.1%}")
    if latency["avg_ms"] is not None:
        told = (f"{n}={latency[f'{n}_ms']:.0f}ms" for n in ("avg", "p50", "p95", "p99"))
        lines.append(f"Latency: {', '.join(told)}")
    for name, key in (("Tokens", "tokens"), ("LLM Calls", "llm_calls")):
        if figures[key]["avg_per_trace"] is not None:
            each = figures[key]["avg_per_trace"]
            lines.append(f"{name}: {figures[key]['total']} total, {each:g} avg/trace")
    return lines
