"""All filters have to hold, and an empty one lets everything pass."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from query_service.live.rows import LiveRow
from query_service.live.subscription import Subscription
from tests.query_service.live.arrived import live

KINDS = ("message", "event", "span", "error")
AGENTS = ("writer", "code-helper", "")
rows = st.builds(
    live,
    row_id=st.integers(1, 9),
    kind=st.sampled_from(KINDS),
    trace_id=st.sampled_from(("t1", "t2", "")),
    agent=st.sampled_from(AGENTS),
    source=st.sampled_from(AGENTS),
    severity=st.sampled_from(("", "info", "error")),
    type=st.sampled_from(("task", "agent_start")),
    preview=st.sampled_from(("Timed out", "all is well")),
)
subscriptions = st.builds(
    Subscription,
    trace_ids=st.lists(st.sampled_from(("t1", "t3")), max_size=2).map(tuple),
    agent_names=st.lists(st.sampled_from(("Writer", "Code Helper")), max_size=2).map(tuple),
    event_types=st.lists(st.sampled_from(("task", "span")), max_size=2).map(tuple),
    kinds=st.lists(st.sampled_from(KINDS), max_size=2).map(tuple),
    severities=st.lists(st.sampled_from(("ERROR", "info")), max_size=2).map(tuple),
    text=st.sampled_from(("", "timed OUT", "m3")),
)


def passes(row: LiveRow, asked: Subscription) -> bool:
    """The same in plain words."""
    told = row.row
    name = {"message": "agent_queue_message", "error": "error_recorded"}.get(row.kind, row.kind)
    return all(
        (
            not asked.trace_ids or told["trace_id"] in asked.trace_ids,
            not asked.kinds or row.kind in asked.kinds,
            not asked.agent_names
            or {n.lower().replace(" ", "-") for n in asked.agent_names}
            & {told["agent"], told["source"]},
            not asked.severities or told["severity"] in [s.lower() for s in asked.severities],
            not asked.event_types or {told["type"], row.kind, name} & set(asked.event_types),
            asked.text.lower() in f"{told['id']} {told['preview']}".lower(),
        )
    )


@given(st.lists(rows, max_size=20), subscriptions)
def test_what_passes_is_what_was_asked_for(some: Sequence[LiveRow], asked: Subscription) -> None:
    assert list(asked.select(some)) == [row for row in some if passes(row, asked)]


@given(subscriptions)
def test_two_that_ask_for_the_same_are_one(asked: Subscription) -> None:
    again = Subscription.model_validate(asked.model_dump())
    asked.select([live()])
    assert {asked: 1}[again] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"trace_ids": "t1"},
        {"agent_names": [1]},
        {"kinds": ["nothing"]},
        {"text": 5},
        {"text": None},
    ],
)
def test_wrong_types_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Subscription.model_validate(wrong)
