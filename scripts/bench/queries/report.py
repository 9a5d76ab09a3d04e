"""The figures as JSON, and as a table in Markdown."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.load import Filled
from bench.queries.endpoints import PAST_MS, Endpoint
from bench.queries.measure import Crowd, Figures

GROWTH = 1.5


@dataclass
class Size:
    """What was measured over `messages` messages; figures by the path of the endpoint.

    `filled` is None when the data were there from an earlier run; `disk` is bytes by table.
    """

    messages: int
    filled: Filled | None
    caught_up_seconds: float
    disk: dict[str, int]
    idle: dict[str, Figures] = field(default_factory=dict)
    past: dict[str, Figures] = field(default_factory=dict)
    arrivals_rate: int = 0
    arrivals: dict[str, Figures] = field(default_factory=dict)
    crowd: Crowd | None = None


def write(directory: Path, endpoints: Sequence[Endpoint], sizes: Sequence[Size]) -> None:
    """`queries.md` and `queries.json` in the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "queries.md").write_text(markdown(endpoints, sizes))
    (directory / "queries.json").write_text(json.dumps([asdict(size) for size in sizes], indent=1))


def markdown(endpoints: Sequence[Endpoint], sizes: Sequence[Size]) -> str:
    """Times in ms; what misses its target is bold."""
    head = ["GET", "target"]
    for size in sizes:
        head += [f"p50, {size.messages:,}", f"p95, {size.messages:,}"]
        if size.past:
            head.append("p95 with at=")
        if size.arrivals:
            head.append(f"p95 at {size.arrivals_rate:,}/s")
    if len(sizes) > 1:
        head.append("growth")
    lines = [_row([*head, "KB"]), "|" + "---|" * (len(head) + 1)]
    missed = 0
    for endpoint in endpoints:
        cells, bad = _cells(endpoint, sizes)
        missed += bad
        lines.append(_row(cells))
    lines.append(
        f"\n{len(endpoints) - missed} of {len(endpoints)} endpoints are within their targets."
    )
    for size in sizes:
        lines += ["", *_about(size)]
    return "\n".join(lines) + "\n"


def _cells(endpoint: Endpoint, sizes: Sequence[Size]) -> tuple[list[str], bool]:
    cells, bad = [f"`{endpoint.path}`", str(endpoint.target_ms)], False

    def cell(text: str, is_bad: bool) -> None:
        nonlocal bad
        bad |= is_bad
        cells.append(f"**{text}**" if is_bad else text)

    for size in sizes:
        idle = size.idle[endpoint.path]
        cell(f"{idle.p50:.0f}", False)
        note = f" ({idle.failed} × not 200, {idle.status})" if idle.failed else ""
        cell(f"{idle.p95:.0f}{note}", _is_bad(idle, endpoint.target_ms))
        if size.past:
            past = size.past.get(endpoint.path)
            cell(f"{past.p95:.0f}" if past else "", past is not None and _is_bad(past, PAST_MS))
        if size.arrivals:
            busy = size.arrivals[endpoint.path].p95
            cell(f"{busy:.0f}", busy > endpoint.target_ms)
    if len(sizes) > 1:
        growth = sizes[-1].idle[endpoint.path].p95 / sizes[0].idle[endpoint.path].p95
        cell(f"{growth:.1f}", growth > GROWTH)
    cells.append(f"{sizes[-1].idle[endpoint.path].bytes / 1000:.1f}")
    return cells, bad


def _is_bad(figures: Figures, target_ms: int) -> bool:
    return figures.p95 > target_ms or figures.failed > 0


def _about(size: Size) -> list[str]:
    total = sum(size.disk.values())
    lines = [f"{size.messages:,} messages and as many spans: {total / 1e6:,.0f} MB on disk."]
    if size.filled is not None:
        lines.append(
            f"Filled at {size.filled.rows_per_second:,.0f} rows/s through the landing tables "
            f"({size.filled.seconds:.0f} s, making the rows included); "
            f"the observer's tables were up to date {size.caught_up_seconds:.0f} s later."
        )
    if size.crowd is not None:
        crowd = size.crowd
        lines.append(
            f"{crowd.clients} parallel clients: {crowd.rate:,.0f} answers/s, "
            f"p50 {crowd.p50:.0f} ms, p95 {crowd.p95:.0f} ms, "
            + (f"failures by status {crowd.failures}." if crowd.failures else "no failure.")
        )
    lines += ["", "| table | MB |", "|---|---|"]
    lines += [f"| {table} | {size_ / 1e6:,.1f} |" for table, size_ in size.disk.items()]
    return lines


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
