"""Who judges must not be kind."""

from typing import Any

from tests.faults.judge import judge, of_world
from tests.faults.records import Truth

DEAD = Truth("agent_not_consuming", frozenset({"coder-waaab"}), 0.0)


def item(number: str, kind: str, *agents: str, caused_by: str | None = None) -> dict[str, Any]:
    return {"id": number, "kind": kind, "agents": list(agents), "caused_by": caused_by}


def test_the_kind_and_the_first_agent_have_to_be_right() -> None:
    assert judge([item("1", "agent_not_consuming", "coder-waaab")], [DEAD]).found == [DEAD]
    for wrong in (
        item("1", "stuck_task", "coder-waaab"),
        item("1", "agent_not_consuming", "writer-waaab", "coder-waaab"),
        item("1", "agent_not_consuming"),
    ):
        verdict = judge([wrong], [DEAD])
        assert verdict.missed == [DEAD]
        assert verdict.false == [wrong]


def test_what_a_right_finding_causes_is_a_symptom_and_anything_else_is_false() -> None:
    items = [
        item("1", "agent_not_consuming", "coder-waaab"),
        item("2", "backlog_growing", "coder-waaab", caused_by="1"),
        item("3", "expired_task", "coder-waaab", caused_by="2"),
        item("4", "expired_task", "writer-waaab"),
        item("5", "slow_agent", "writer-waaab", caused_by="4"),
    ]
    verdict = judge(items, [DEAD])
    assert [one["id"] for one in verdict.symptoms] == ["2", "3"]
    assert [one["id"] for one in verdict.false] == ["4", "5"]
    assert verdict.root_first
    assert not judge(list(reversed(items)), [DEAD]).root_first


def test_findings_that_cause_each_other_are_false() -> None:
    items = [item("1", "stuck_task", "a", caused_by="2"), item("2", "a", "b", caused_by="1")]
    assert judge(items, [DEAD]).false == items


def test_what_truly_holds_beside_it_is_not_false() -> None:
    truth = Truth("priority_inversion", frozenset({"a"}), 0.0, also={("backlog_growing", "a")})
    items = [item("1", "backlog_growing", "a"), item("2", "backlog_growing", "b")]
    verdict = judge(items, [truth])
    assert [one["id"] for one in verdict.beside] == ["1"]
    assert [one["id"] for one in verdict.false] == ["2"]
    assert not verdict.root_first


def test_every_finding_of_a_healthy_world_is_false() -> None:
    verdict = judge([item("1", "slow_agent", "a")], [])
    assert (len(verdict.false), verdict.root_first) == (1, False)


def test_a_world_has_the_findings_that_carry_its_name() -> None:
    items = [
        item("1", "x", "coder-waaab"),
        item("2", "x", "coder-waaam"),
        {**item("3", "x"), "subject": "gpt-waaab"},
        item("4", "x", "coder-waaab-copy"),
    ]
    assert [one["id"] for one in of_world(items, "waaab")] == ["1", "3", "4"]
