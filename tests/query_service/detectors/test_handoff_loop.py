"""The same work goes around and nobody does it."""

from functools import partial

import pytest

from tests.query_service.detectors.traffic import ODD_PAYLOADS, Traffic, ago, find
from tests.query_service.engine import Service

KIND = "handoff_loop"
TEXT = "please find out why the invoice of the customer was sent to the old address"


def around(
    traffic: Traffic,
    agents: list[str],
    handoffs: int,
    changes: int = 0,
    minutes: float = 10,
    conversation: str = "",
    hops: list[int] | None = None,
) -> list[str]:
    """Each hands to the next, every 10 seconds; the last `changes` words of each are new."""
    sent = []
    words = TEXT.split()
    for number in range(handoffs):
        headers = {"conversation-id": conversation or f"c-{agents[0]}"}
        if hops is None or hops:
            headers["hop-count"] = str(hops[number] if hops else number)
        source, agent = (agents[n % len(agents)] for n in (number, number + 1))
        new = [f"{word}{number}" for word in words[len(words) - changes :]]
        text = " ".join(words[: len(words) - changes] + new)
        at = minutes - number / 6
        told = {"source_agent": source, "payload": {"text": text}, "trace_id": f"t-{agents[0]}"}
        sent.append(traffic.message(agent, at, headers, **told))
    return sent


@pytest.fixture(scope="module")
def stored(scratch: Service, sent: dict[str, list[str]]) -> Service:
    """Many conversations at once: each test looks at its own agents."""
    traffic = Traffic()
    sent["two"] = around(traffic, ["a1", "a2"], 8)
    around(traffic, ["a1", "a2"], 6, conversation="another", minutes=5)
    around(traffic, ["b1", "b2", "b3"], 8)
    around(traffic, ["few1", "few2"], 5)
    around(traffic, ["new1", "new2"], 20, changes=3)
    around(traffic, ["count1", "count2"], 20, changes=1, hops=[])
    around(traffic, ["poll1", "poll2"], 20, hops=[1, 2] * 10)
    around(traffic, ["self"], 20)
    around(traffic, ["old1", "old2"], 20, minutes=40)
    around(traffic, ["slow1", "slow2"], 6, minutes=15.6)
    for number in range(10):
        around(traffic, ["each1", "each2"], 2, conversation=f"each-{number}")
        around(traffic, ["boss", "hand"], 1, conversation="orders", minutes=number + 1)
        around(traffic, ["boss", "foot"], 1, conversation="orders", minutes=number + 1)
    for number in range(4):
        # Reviewed until it is good: only tasks go there, results come back.
        draft = {"text": " ".join([TEXT, *(f"line{n}" for n in range(3 * number))])}
        headers = {"conversation-id": "review", "hop-count": str(2 * number)}
        traffic.message("critic", 10 - number, headers, source_agent="author", payload=draft)
    traffic.store(scratch, times=2)
    return scratch


def test_two_that_pass_it_to_each_other(stored: Service, sent: dict[str, list[str]]) -> None:
    [one] = find(stored, KIND, agent="a2")
    assert one.agents == ["a1", "a2"]
    assert one.tasks.total == 14
    assert list(one.tasks.first[:8]) == sent["two"]
    assert one.traces.first == ["t-a1"]
    assert one.figures == {
        "handoffs": 8, "rounds": 4, "similarity": 1, "conversations": 2, "highest_hop_count": 7,
    }  # fmt: skip
    assert one.facts == {"cycle": "a1 > a2 > a1", "conversation": "c-a1"}
    assert one.first_seen == ago(10)
    assert find(stored, KIND, agent="a2", min_handoffs=9) == []
    assert find(stored, KIND, agent="a2", at=ago(9.2)) == []


def test_three_in_a_ring(stored: Service) -> None:
    [one] = find(stored, KIND, agent="b3")
    assert one.agents == ["b1", "b2", "b3"]
    assert one.figures["handoffs"] == 8
    assert one.figures["rounds"] == 2


def test_a_counter_in_the_payload_and_no_hop_counts(stored: Service) -> None:
    [one] = find(stored, KIND, agent="count1", min_similarity=0.8)
    assert one.figures["similarity"] == pytest.approx(13 / 15, abs=0.01)
    assert "highest_hop_count" not in one.figures
    assert find(stored, KIND, agent="count1") == []


def test_a_loop_that_began_before_the_window(stored: Service) -> None:
    [one] = find(stored, KIND, agent="slow1")
    assert one.figures["handoffs"] == 6
    assert find(stored, KIND, agent="slow1", minutes=14) == []


@pytest.mark.parametrize(
    "agent",
    [
        pytest.param("few1", id="gave it back twice"),
        pytest.param("new1", id="the words change"),
        pytest.param("poll1", id="asks again of its own accord"),
        pytest.param("self", id="hands itself more work"),
        pytest.param("old1", id="before the window"),
        pytest.param("each1", id="once in each conversation"),
        pytest.param("boss", id="gives orders, gets none"),
        pytest.param("author", id="has it reviewed"),
    ],
)
def test_no_loop(stored: Service, agent: str) -> None:
    assert find(stored, KIND, agent=agent) == []


def test_what_is_odd(empty: Service) -> None:
    traffic = Traffic()
    at = partial(around, traffic, conversation="odd")
    at(["", "nobody"], 10)
    around(traffic, ["x1", "x2"], 10, minutes=5)
    for row in traffic.rows["landing_records"][-10:]:
        row["LogAttributes"]["kafka.header.hop-count"] = "4294967295"
    for payload in ODD_PAYLOADS:
        told = {"source_agent": "x1", "payload": payload, "trace_id": ""}
        traffic.message("x2", 3, {"conversation-id": "c-x1"}, **told)
    traffic.store(empty)
    assert len(find(empty, KIND)) <= 1
