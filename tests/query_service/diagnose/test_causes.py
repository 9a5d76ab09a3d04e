"""Causes before what comes of them."""

from hypothesis import given
from hypothesis import strategies as st

from query_service.diagnose.causes import explained
from query_service.diagnose.declaration import declarations
from query_service.diagnose.finding import Finding
from tests.query_service.diagnose.findings import found

kinds = st.sampled_from(sorted(declarations()))
agents = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    waits = ", ".join(draw(st.lists(st.sampled_from("abcd"), max_size=2)))
    ids = tuple(draw(st.lists(st.sampled_from(["t1", "t2", "t3"]), max_size=2, unique=True)))
    severity = draw(st.sampled_from(["", "critical", "low"]))
    facts = {"waits_for": waits}
    return found(draw(kinds), *draw(agents), tasks=ids, facts=facts, severity=severity)


def test_a_dead_agent_is_one_thing_that_is_wrong() -> None:
    dead = found("agent_not_consuming", "coder", "planner")
    backlog = found("backlog_growing", "coder", "planner")
    late = found("expired_task", "coder", "planner")
    waiting = found("stuck_task", "planner", "coder", facts={"waits_for": "coder"})
    other = found("expired_task", "writer")
    told = explained([other, waiting, late, backlog, dead])
    assert [one.finding for one in told[:1]] == [dead]
    assert {one.finding.kind for one in told if one.cause is dead} == {
        "backlog_growing", "expired_task", "stuck_task",
    }  # fmt: skip
    assert told[0].consequences == 3
    assert (told[-1].finding, told[-1].cause) == (other, None)


def test_who_only_sent_is_no_cause() -> None:
    dead = found("agent_not_consuming", "planner")
    late = found("expired_task", "coder", "planner")
    assert all(one.cause is None for one in explained([dead, late]))


def test_a_task_that_both_name_links_them() -> None:
    lost = found("lost_handoff", "codr", tasks=("t1",))
    late = found("expired_task", "coder", tasks=("t1", "t2"))
    assert [one.cause for one in explained([late, lost])] == [None, lost]


def test_the_root_with_the_worst_below_it_comes_first() -> None:
    mild = found("expired_task", "writer", severity="high")
    root = found("agent_not_consuming", "coder", severity="medium")
    worst = found("expired_task", "coder", severity="critical")
    assert [one.finding for one in explained([mild, worst, root])] == [root, worst, mild]


def test_whoever_waits_for_those_who_wait_for_a_dead_agent_waits_for_it() -> None:
    dead = found("agent_not_consuming", "tester")
    far = found("backlog_growing", "planner")
    other = found("backlog_growing", "writer")
    own = found("error_burst", "planner")
    waits = {"planner": ["coder"], "coder": ["tester", "planner"]}
    told = {id(one.finding): one.cause for one in explained([far, other, own, dead], waits)}
    assert told[id(far)] is dead
    assert told[id(dead)] is told[id(other)] is told[id(own)] is None


def test_what_fails_in_one_place_is_seen_all_the_way_up() -> None:
    model = found("llm_failing", "coder", trace_ids=["1", "2", "3"])
    passed_on = found("error_burst", "planner", trace_ids=["2", "3", "4"])
    other = found("error_burst", "writer", trace_ids=["3", "5", "6"])
    told = {id(one.finding): one.cause for one in explained([passed_on, other, model])}
    assert (told[id(passed_on)], told[id(other)]) == (model, None)


def test_a_failure_that_was_passed_on_is_no_cause_of_the_first() -> None:
    same = ["1", "2", "3"]
    first = found("error_burst", "indexer", trace_ids=same)
    passed_on = found("error_burst", "planner", "indexer", trace_ids=same, severity="critical")
    above = found("error_burst", "portal", "indexer", "planner", trace_ids=same[:2])
    other = found("error_burst", "writer", trace_ids=same, severity="low")
    told = {id(one.finding): one.cause for one in explained([first, passed_on, above, other])}
    assert told[id(first)] is told[id(other)] is None
    assert told[id(passed_on)] is first
    assert told[id(above)] in (first, passed_on)


def test_of_two_backlogs_in_the_same_traces_the_worse_one_is_the_cause() -> None:
    behind = found("backlog_growing", "indexer", trace_ids=["1", "2", "3", "4"], severity="high")
    before = found("backlog_growing", "dispatcher", trace_ids=["1", "2", "3"], severity="medium")
    told = {id(one.finding): one.cause for one in explained([behind, before])}
    assert (told[id(behind)], told[id(before)]) == (None, behind)


def test_whom_one_finding_names_the_agent_waits_for_in_all_of_them() -> None:
    stuck = found("stuck_task", "critic", tasks=("t1",))
    waits = found("stuck_task", "author", "critic", facts={"waits_for": "critic"}, tasks=("t2",))
    rest = found("stuck_task", "author", "portal", tasks=("t3", "t4"))
    told = {id(one.finding): one.cause for one in explained([rest, waits, stuck])}
    assert told[id(stuck)] is None
    assert told[id(waits)] is told[id(rest)] is stuck


waiting = st.dictionaries(st.sampled_from("abcd"), st.lists(st.sampled_from("abcd"), max_size=3))


@given(st.lists(findings(), max_size=12), waiting)
def test_every_finding_is_told_once_and_no_cause_comes_of_itself(
    drawn: list[Finding], waits: dict[str, list[str]]
) -> None:
    told = explained(drawn, waits)
    assert sorted(id(one.finding) for one in told) == sorted(map(id, drawn))
    place = {id(one.finding): number for number, one in enumerate(told)}
    for one in told:
        assert one.cause is None or place[id(one.cause)] < place[id(one.finding)]
    roots = sum(1 + one.consequences for one in told if one.cause is None)
    assert roots == len(told)
