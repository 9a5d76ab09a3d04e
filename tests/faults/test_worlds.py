"""Worlds are the same for a seed, hold together, and what is told of their faults is true."""

from collections import Counter
from itertools import pairwise

import pytest

from agent_sdk._headers import decode
from agent_sdk._messages import AgentMessage
from query_service.observer.samples import Metric
from tests.faults import observed, wire
from tests.faults.placing import answers
from tests.faults.plan import HEALTHY, KINDS, PAIRS, Spec, make, specs
from tests.faults.records import ERROR, TASK
from tests.faults.spans import PRODUCER
from tests.faults.world import World, usual_seconds

AT = 1_790_000_000.0


def world(*kinds: str, seed: int = 1) -> World:
    return make(Spec(7, kinds[0] if kinds else HEALTHY, seed, kinds, AT))


def test_a_seed_makes_the_same_world_again() -> None:
    one, again, other = world(), world(), world(seed=2)
    assert list(wire.records(one)) == list(wire.records(again))
    assert (one.spans, one.events) == (again.spans, again.events)
    assert list(observed.kafka_samples(one)) == list(observed.kafka_samples(again))
    assert list(observed.things(one)) == list(observed.things(again))
    assert list(wire.records(one)) != list(wire.records(other))


def test_messages_are_those_of_the_sdk_in_the_order_of_their_offsets() -> None:
    made = world()
    queues = Counter[str]()
    for topic, key, value, headers in wire.records(made):
        message, told = AgentMessage.from_bytes(value), decode(headers)
        position = made.topics[topic].messages[queues[topic]]
        queues[topic] += 1
        assert (position.offset + 1, position.message_id) == (queues[topic], message.message_id)
        assert message.message_id == told.message_id == key.decode()
        assert made.began <= message.timestamp.timestamp() <= made.end
        assert message.target_agent.endswith(made.suffix) or made.scene.names_with_spaces
    assert sum(queues.values()) > 100


@pytest.mark.parametrize("seed", range(1, 13))
def test_a_healthy_world_answers_everything_in_time(seed: int) -> None:
    made = world(seed=seed)
    answered = answers(made)
    slow = max(map(usual_seconds, made.agents.values()))
    for topic in made.topics.values():
        for message in filter(lambda m: m.kind == TASK, topic.messages):
            answer = answered.get(message.message_id)
            took = (answer.time if answer else made.end) - message.time
            assert message.ttl is None or took < message.ttl
            assert answer or took < 60 * slow, f"{message} waits"
    for reader in made.agents.values():
        assert 0 <= len(reader.topic.messages) - reader.committed < 40


def test_spans_have_their_parents_or_these_are_under_way() -> None:
    made = world()
    known = {span.span_id for span in made.spans}
    assert len(known) == len(made.spans)
    orphans = [span for span in made.spans if span.parent_id and span.parent_id not in known]
    assert all(made.end - span.start < 1200 for span in orphans)
    assert len(orphans) < len(known) / 50
    sent = {span.span_id for span in made.spans if span.otel_kind == PRODUCER}
    messages = [message for topic in made.topics.values() for message in topic.messages]
    assert {message.span_id for message in messages} <= sent


def test_what_a_piece_of_work_causes_is_one_trace() -> None:
    made = world("error_burst")
    messages = [message for topic in made.topics.values() for message in topic.messages]
    trace_of = {message.message_id: message.trace_id for message in messages}
    caused = [message for message in messages if message.cause_id]
    assert any(message.kind == ERROR for message in caused)
    assert all(message.trace_id == trace_of[message.cause_id or ""] for message in caused)


def test_the_observer_sees_what_kafka_has() -> None:
    made = world()
    ends: dict[str, list[int]] = {}
    committed: dict[str, int] = {}
    for time, samples in observed.kafka_samples(made):
        assert time <= made.end
        for series, value in samples.items():
            if series.metric is Metric.END:
                ends.setdefault(series.topic, []).append(value)
            if series.metric is Metric.COMMITTED:
                committed[series.topic] = value
    assert all(before <= after for values in ends.values() for before, after in pairwise(values))
    for reader in made.agents.values():
        seen = ends[reader.topic.name][-1]
        assert len(reader.topic.messages) - 5 <= seen <= len(reader.topic.messages)
        assert committed.get(reader.topic.name, 0) <= reader.committed


@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_finds_its_place_and_the_truth_is_true(kind: str) -> None:
    made = world(kind)
    [truth] = made.truths
    assert truth.kind == kind
    assert truth.agents & {agent.slug for agent in made.agents.values()}
    assert all(agent.endswith(made.suffix) or made.suffix in agent for agent in truth.agents)
    assert made.since <= truth.since < made.end
    messages = [message for topic in made.topics.values() for message in topic.messages]
    if truth.variant != "unknown task":
        assert truth.task_ids <= {message.message_id for message in messages}


def test_a_pair_is_planted_at_two_agents() -> None:
    pair = next(spec for spec in specs([PAIRS], 3, 1, AT) if len(set(spec.kinds)) == 2)
    first, second = make(pair).truths
    assert (first.kind, second.kind) == pair.kinds


def test_worlds_lie_in_the_past_and_have_names_of_their_own() -> None:
    planned = specs(["stuck_task", HEALTHY], 3, 5, AT)
    assert [spec.seed for spec in planned] == [5, 5, 6, 6, 7, 7]
    assert len({spec.suffix for spec in planned}) == 6
    assert max(spec.at for spec in planned) == AT
