"""How episodes begin, go on and end."""

from dataclasses import replace
from typing import Any

import pytest

from query_service.observer.alerts import history
from query_service.observer.alerts.episode import MOST_CHANGES, Episode
from query_service.observer.alerts.history import Step, step
from tests.query_service.observer.alerts.episodes import BEGIN, episode, minute, told

STUCK = told("stuck_task", "coder")


def run(
    before: list[Episode], at: int, *found: dict[str, Any], unknown: tuple[str, ...] = ()
) -> Step:
    return step(before, found, unknown, minute(at), 2)


def test_it_begins_goes_on_and_ends_after_two_misses() -> None:
    begun = run([], 0, STUCK)
    assert (begun.opened, begun.resolved, begun.omitted) == (1, 0, 0)
    [one] = begun.episodes
    assert (one.opened_at, one.resolved_at, one.misses) == (BEGIN, None, 0)
    [one] = run([one], 1, STUCK).episodes
    assert (one.opened_at, one.checked_at) == (BEGIN, minute(1))
    [one] = run([one], 2).episodes
    assert (one.misses, one.is_open) == (1, True)
    again = run([one], 3, STUCK).episodes[0]
    assert (again.misses, again.is_open, again.opened_at) == (0, True, BEGIN)
    over = run([one], 3)
    assert (over.resolved, over.episodes[0].resolved_at) == (1, minute(3))


def test_a_kind_that_could_not_be_looked_for_changes_nothing() -> None:
    [one] = run([], 0, STUCK).episodes
    for at in range(1, 9):
        assert run([one], at, unknown=("stuck_task",)).episodes == []
    # Of a kind with more findings than a run takes, those that are here are known.
    [seen] = run([one], 9, STUCK, unknown=("stuck_task",)).episodes
    assert seen.checked_at == minute(9)


def test_its_severity_has_a_history_of_bounded_length() -> None:
    before = run([], 0, STUCK).episodes
    for at in range(1, 300):
        severity = ("critical", "medium")[at % 2]
        before = run(before, at, told("stuck_task", "coder", severity)).episodes
    [one] = before
    assert (one.severity, one.worst_severity) == ("medium", "critical")
    assert len(one.severities) == len(one.severity_times) <= MOST_CHANGES
    assert (one.severity_times[0], one.severities[0]) == (BEGIN, "high")
    assert one.severity_times[-1] == minute(299)
    assert list(one.severity_times) == sorted(one.severity_times)


def test_what_had_a_cause_keeps_it_until_that_is_over() -> None:
    dead = told("agent_not_consuming", "coder")
    late = told("expired_task", "coder", cause=("agent_not_consuming", "coder"))
    alone = told("expired_task", "coder")
    first = run([], 0, dead, late).episodes
    causes = {one.kind: one.caused_by for one in first}
    assert causes == {"agent_not_consuming": "", "expired_task": dead["finding_id"]}
    second = run(first, 1, alone).episodes
    assert {one.kind: one.caused_by for one in second} == causes
    # Both are found: then what explains what is known anew.
    third = run(second, 2, dead, alone).episodes
    assert {one.caused_by for one in third} == {""}


def test_kept_causes_never_lead_in_a_circle() -> None:
    a, b, c = ("agent_not_consuming", "a"), ("slow_agent", "b"), ("error_burst", "c")
    before = run([], 0, told(*a, cause=b), told(*b)).episodes
    for at, found in ((1, [told(*b, cause=c), told(*c)]), (2, [told(*c, cause=a), told(*a)])):
        after = {one.key: one for one in before}
        after |= {one.key: one for one in run(before, at, *found).episodes}
        before = list(after.values())
    causes = {one.finding_id: one.caused_by for one in before}
    for start in causes:
        passed = [start]
        while causes[passed[-1]]:
            passed.append(causes[passed[-1]])
            assert len(passed) <= 3


def test_two_that_keep_their_causes_in_one_run_do_not_explain_each_other() -> None:
    names = ("a", "x", "b", "y")
    before = [episode(agent=name) for name in names]
    ids = [one.finding_id for one in before]
    circle = [replace(one, caused_by=ids[(n + 1) % 4]) for n, one in enumerate(before)]
    after = run(circle, 1, told("stuck_task", "a"), told("stuck_task", "b")).episodes
    causes = {one.finding_id: one.caused_by for one in after}
    assert sorted(bool(causes[ids[n]]) for n in (0, 2)) == [False, True]


def test_no_more_are_open_than_are_kept_and_the_worst_come_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "MOST_OPEN", 3)
    many = [told("stuck_task", f"a{n}", "medium") for n in range(5)]
    worst = told("stuck_task", "b", "critical")
    begun = run([], 0, *many, worst)
    assert (begun.opened, begun.omitted) == (3, 3)
    assert [one.severity for one in begun.episodes] == ["critical", "medium", "medium"]
    later = run(begun.episodes, 1, *many, worst)
    assert (later.opened, later.omitted, len(later.episodes)) == (0, 3, 3)


def test_what_two_observers_began_goes_on_once() -> None:
    [one] = run([], 0, STUCK).episodes
    [twin] = run([], 1, STUCK).episodes
    after = run([twin, one], 2, STUCK).episodes
    assert {each.opened_at: each.is_open for each in after} == {BEGIN: True, minute(1): False}


def test_a_row_has_bounds_whatever_was_found() -> None:
    hostile = "\ud800<&>\n" * 10_000
    one = told(
        "stuck_task",
        hostile,
        tasks=tuple(f"{n}{hostile}" for n in range(1_000)),
        facts={f"{n}{hostile}": hostile for n in range(1_000)},
        figures={f"f{n}": float(n) for n in range(1_000)},
    )
    [episode] = run([], 0, one).episodes
    assert len(repr(vars(episode)).encode()) < 100_000
    assert episode.tasks == 1_000
