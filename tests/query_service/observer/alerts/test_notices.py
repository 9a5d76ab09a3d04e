"""What is told: each thing once, roots with what comes of them."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from query_service.observer.alerts.episode import Episode, rank, worst
from query_service.observer.alerts.history import step
from query_service.observer.alerts.notices import Event, Known, Notice, Told, due
from query_service.observer.alerts.store import recorded
from tests.query_service.diagnose.findings import found
from tests.query_service.observer.alerts.episodes import episode, minute, told

AGENTS = "abc"
KIND = "stuck_task"


class World:
    """Runs and a receiver, as tables would keep them."""

    def __init__(self) -> None:
        self.kept: dict[Any, Episode] = {}
        self.sent: dict[Any, dict[str, Any]] = {}
        self.notices: list[Notice] = []

    def run(self, at: datetime, seen: list[dict[str, Any]], unknown: tuple[str, ...] = ()) -> None:
        before = [one for one in self.kept.values() if one.is_open]
        after = step(before, seen, unknown, at, 2).episodes
        self.kept |= {one.key: one for one in after}

    def known(self) -> list[Known]:
        """As sql/alerts/known.sql has them; test_jobs looks at that."""
        found = []
        for one in self.kept.values():
            rows = [row for row in self.sent.values() if row["key"] == one.key]
            of_it = Told(
                worst(*(row["severity"] for row in rows)) if rows else "",
                any(not row["part_of"] for row in rows),
                max((row["at"] for row in rows), default=None),
                sum(row["event"] == Event.REMINDER for row in rows),
            )
            is_over = any(row["event"] == Event.RESOLVED for row in rows)
            if one.is_open or (rows and not is_over):
                found.append(Known(one, of_it))
        return found

    def tell(
        self, at: datetime, remind: timedelta | None = None, fails: bool = False
    ) -> list[Notice]:
        notices = due(self.known(), "high", at, remind)
        if not fails:
            for row in recorded(notices):
                key = (row["opened_at"], row["finding_id"])
                own = (*key, row["event"], row["detail"])
                assert own not in self.sent, "told twice"
                self.sent[own] = {**row, "key": key, "at": at}
            self.notices += notices
        return notices


def events(notices: list[Notice]) -> list[tuple[str, str]]:
    return [(one.event.value, one.root.episode.kind) for one in notices]


DEAD = told("agent_not_consuming", "coder")
LATE = told("expired_task", "coder", "medium", cause=("agent_not_consuming", "coder"))
WAITS = told("backlog_growing", "planner", "high", cause=("agent_not_consuming", "coder"))


def test_a_root_is_told_with_what_comes_of_it_and_so_is_its_end() -> None:
    world = World()
    world.run(minute(0), [DEAD, LATE])
    [first] = world.tell(minute(0))
    assert events([first]) == [("opened", "agent_not_consuming")]
    assert [one.episode.kind for one in first.below] == ["expired_task"]
    world.run(minute(1), [DEAD, LATE, WAITS])  # another consequence is no news
    assert world.tell(minute(1)) == []
    # The root is over before what came of it, which stays below it.
    alone = [told("expired_task", "coder", "medium"), told("backlog_growing", "planner", "high")]
    world.run(minute(2), alone)
    assert world.tell(minute(2)) == []
    world.run(minute(3), alone)
    [over] = world.tell(minute(3))
    assert events([over]) == [("resolved", "agent_not_consuming")]
    assert {one.episode.kind: one.episode.is_open for one in over.below} == {
        "expired_task": True,
        "backlog_growing": True,
    }
    # What is still there was told with that; its own end is told too.
    world.run(minute(4), alone)
    assert world.tell(minute(4)) == []
    world.run(minute(5), [])
    world.run(minute(6), [])
    assert events(world.tell(minute(6))) == [
        ("resolved", "backlog_growing"),
        ("resolved", "expired_task"),
    ]
    assert world.tell(minute(7)) == []


def test_what_is_milder_is_not_told_until_it_is_worse() -> None:
    world = World()
    world.run(minute(0), [told(KIND, "a", "medium")])
    assert world.tell(minute(0)) == []
    for at, severity, expected in (
        (1, "high", [("opened", KIND)]),
        (2, "medium", []),
        (3, "high", []),
        (4, "critical", [("worse", KIND)]),
        (5, "critical", []),
    ):
        world.run(minute(at), [told(KIND, "a", severity)])
        assert events(world.tell(minute(at))) == expected
    assert [one.key.rpartition(":")[2] for one in world.notices] == ["opened", "critical"]


def test_a_root_is_worse_when_what_comes_of_it_is_worse_than_all_that_was_told() -> None:
    world = World()
    world.run(minute(0), [DEAD, LATE])
    world.tell(minute(0))
    grave = {**LATE, "severity": "critical"}
    world.run(minute(1), [DEAD, grave])
    [worse] = world.tell(minute(1))
    assert (worse.event, worse.severity, worse.root.episode.kind) == (
        Event.WORSE,
        "critical",
        "agent_not_consuming",
    )


def test_what_is_over_while_nobody_could_be_told_was_never_there() -> None:
    world = World()
    world.run(minute(0), [DEAD])
    world.tell(minute(0))
    world.run(minute(1), [DEAD, told(KIND, "x"), told(KIND, "y")])
    assert len(world.tell(minute(1), fails=True)) == 2
    for at in (2, 3):
        world.run(minute(at), [told(KIND, "y")])
        world.tell(minute(at), fails=True)
    assert events(world.tell(minute(60))) == [
        ("opened", KIND),
        ("resolved", "agent_not_consuming"),
    ]


def test_what_is_still_there_is_told_again_when_it_is_wanted() -> None:
    world = World()
    world.run(minute(0), [DEAD])
    assert len(world.tell(minute(0))) == 1
    assert world.tell(minute(60)) == []
    wait = timedelta(hours=1)
    assert world.tell(minute(59), wait) == []
    for at, number in ((60, "1"), (120, "2")):
        [again] = world.tell(minute(at), wait)
        assert (again.event, again.detail) == (Event.REMINDER, number)
    assert world.tell(minute(121), wait) == []
    world.run(minute(122), [{**DEAD, "severity": "medium"}])
    assert world.tell(minute(300), wait) == [], "it is mild now"


def below(root: Known, told_as_root: bool) -> Known:
    """The end of what was told, and came of a root."""
    one = episode("expired_task", caused_by=root.episode.finding_id, resolved_at=minute(5))
    return Known(one, Told("high", told_as_root, minute(0)))


def test_the_end_of_what_was_told_below_a_root_is_silent_while_that_is_there() -> None:
    root = Known(episode("agent_not_consuming"), Told("high", True, minute(0)))
    assert due([root, below(root, told_as_root=False)], "high", minute(6), None) == []
    [over] = due([root, below(root, told_as_root=True)], "high", minute(6), None)
    assert events([over]) == [("resolved", "expired_task")]
    # A root that was not told, nor is to be, holds nothing back.
    mild = Known(episode("agent_not_consuming", severity="medium"))
    [over] = due([mild, below(mild, told_as_root=False)], "high", minute(6), None)
    assert events([over]) == [("resolved", "expired_task")]
    told_now = Known(episode("agent_not_consuming"))
    found = due([told_now, below(told_now, told_as_root=False)], "high", minute(6), None)
    assert events(found) == [("opened", "agent_not_consuming")]


def test_what_was_told_itself_is_no_news_below_another() -> None:
    root = Known(episode("agent_not_consuming"), Told("high", True, minute(0)))
    name = root.episode.finding_id
    grave = episode("expired_task", severity="critical", caused_by=name)
    assert (
        due([root, Known(grave, Told("critical", True, minute(0)))], "high", minute(1), None) == []
    )
    [worse] = due([root, Known(grave, Told("high", True, minute(0)))], "high", minute(1), None)
    assert events([worse]) == [("worse", "agent_not_consuming")]


causes = st.one_of(st.none(), st.sampled_from(AGENTS))
sightings = st.dictionaries(
    st.sampled_from(AGENTS),
    st.tuples(st.sampled_from(["critical", "high", "medium"]), causes),
    max_size=3,
)
runs = st.lists(st.tuples(sightings, st.booleans(), st.booleans()), max_size=12)


def seen_in(sighted: dict[str, tuple[str, str | None]]) -> list[dict[str, Any]]:
    """Findings, each explained by one that was found too and comes before it."""
    order = sorted(sighted)
    rows = []
    for name, (severity, cause) in sighted.items():
        is_cause = cause in sighted and order.index(str(cause)) < order.index(name)
        rows.append(told(KIND, name, severity, cause=(KIND, str(cause)) if is_cause else None))
    return rows


@given(runs)
def test_whatever_happens_each_is_told_once_and_its_end_once(drawn: list[Any]) -> None:
    """Runs with what they see, whether the detector fails, and whether the webhook does. The state
    is read anew each time: any of them may be another observer's first."""
    world = World()
    for number, (sighted, failed, away) in enumerate(drawn):
        at = minute(number)
        world.run(at, [] if failed else seen_in(sighted), (KIND,) if failed else ())
        world.tell(at, fails=away)
        if not away:
            assert world.tell(at) == []
            known = {row["key"] for row in world.sent.values()}
            for one in world.kept.values():
                is_bad = one.is_open and rank(one.severity) <= rank("high")
                own_root = one.caused_by and any(
                    root.finding_id == one.caused_by and root.is_open
                    for root in world.kept.values()
                )
                # Whatever is bad was told, or lies below something as bad.
                assert not is_bad or own_root or one.key in known
    as_roots = Counter((one.root.episode.key, one.event, one.detail) for one in world.notices)
    assert set(as_roots.values()) <= {1}
    for key, count in Counter(
        one.root.episode.key for one in world.notices if one.event is Event.OPENED
    ).items():
        assert count == 1, key
    over = [row["key"] for row in world.sent.values() if row["event"] == Event.RESOLVED]
    assert len(over) == len(set(over))
    assert all(not world.kept[key].is_open for key in over)
    # In the end, when all is gone, everything that was told is told to be over.
    for number in range(len(drawn), len(drawn) + 2):
        world.run(minute(number), [])
        world.tell(minute(number))
    begun = {row["key"] for row in world.sent.values()}
    ended = {row["key"] for row in world.sent.values() if row["event"] == Event.RESOLVED}
    assert begun == ended


def test_ends_explained_in_a_circle_are_told() -> None:
    a, b = (replace_cause(found(KIND, x).id, x, found(KIND, y).id) for x, y in ("ab", "ba"))
    notices = due([a, b], "high", minute(9), None)
    assert sorted(one.event for one in notices) == [Event.RESOLVED, Event.RESOLVED]


def replace_cause(name: str, agent: str, cause: str) -> Known:
    [one] = step([], [told(KIND, agent)], (), minute(0), 2).episodes
    assert one.finding_id == name
    return Known(
        replace(one, caused_by=cause, resolved_at=minute(5)), Told("high", True, minute(0))
    )
