"""`scripts/bench.sh faults`: what it refuses, what it keeps, and how it counts."""

from pathlib import Path
from typing import Any

import pytest
from bench import __main__ as bench
from bench.faults import kept, report
from bench.faults.ask import Result
from click.testing import CliRunner

from tests.faults.judge import Item, judge
from tests.faults.plan import Spec
from tests.faults.records import Truth
from tests.faults.send import Sent


@pytest.mark.parametrize(
    "arguments", [["--keep"], ["--kinds", "stuck_task,nonsense"], ["--port", "many"]]
)
def test_it_says_what_it_cannot_do(arguments: list[str]) -> None:
    refused = CliRunner().invoke(bench.main, ["faults", *arguments])
    assert refused.exit_code == 2
    assert "Error" in refused.output


def test_a_home_remembers_its_worlds(tmp_path: Path) -> None:
    assert kept.read(tmp_path) == []
    sent = [world("healthy", 2), world("stuck_task", 1, truth("stuck_task"))]
    kept.write(tmp_path, sent)
    assert kept.read(tmp_path) == sent[::-1]


def test_the_table_counts_faults_that_were_found_and_findings_that_are_right() -> None:
    results = [
        result("stuck_task", 1, finding("stuck_task", "coder"), truth("stuck_task", "coder")),
        result("stuck_task", 2, finding("stuck_task", "writer"), truth("stuck_task", "coder")),
        result("healthy", 3, finding("slow_agent", "writer")),
        result("healthy", 4),
    ]
    table = report.markdown(results)
    assert "| stuck_task | 2 | 0.50 | 0.50 | 0.50 | 1 |" in table
    assert "Healthy worlds with a finding: 1 of 2" in table
    told = report.details(results).splitlines()
    assert [line.split()[0] for line in told] == ["missed", "false", "false"]


def result(group: str, number: int, item: Item | None = None, *truths: Truth) -> Result:
    items: list[Item] = [item] if item else []
    return Result(world(group, number, *truths), items, judge(items, truths), 0.1)


def finding(kind: str, agent: str) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "agents": [agent], "caused_by": None}


def truth(kind: str, agent: str = "coder") -> Truth:
    return Truth(kind, frozenset({agent}), 0.0, also={("backlog_growing", agent)})


def world(group: str, number: int, *truths: Truth) -> Sent:
    spec = Spec(number, group, number, tuple(one.kind for one in truths), 1e9)
    return Sent(spec, list(truths), messages=1, spans=2, events=3, offsets=4, things=5)
