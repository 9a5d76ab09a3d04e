"""What the observer would have recorded of a world: on change, and each minute."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from query_service.observer.model_server import MODEL
from query_service.observer.samples import Metric, Observation, Recorded, Series
from query_service.observer.sources import OK, source_key
from query_service.observer.things import Figure, Key, News, Told, View
from tests.faults.cluster import State, Timeline, figures
from tests.faults.engine import Topic
from tests.faults.reader import Reader
from tests.faults.world import World

KEEP_ALIVE = 60.0
LOOK_SECONDS = 5.0
PAST_LOOK_SECONDS = 300.0
"""Of the hours before the hour that is judged a few looks are enough."""
THINGS_BEFORE = 600.0
"""Pods and models are told from so long before it on."""
THINGS_SECONDS = 10.0
GATEWAY = "litellm"


def kafka_samples(world: World) -> Iterator[tuple[float, dict[Series, int]]]:
    """By the time of the look."""
    recorded = Recorded(KEEP_ALIVE)
    for time in _looks(world):
        seen: dict[Series, int] = {}
        for topic in world.topics.values():
            _see_topic(topic, time, seen)
        due = recorded.due(Observation(int(time * 1e9), seen), time)
        recorded.remember(due, time)
        yield time, due


def things(world: World) -> Iterator[tuple[float, News]]:
    """Deployments, pods, models and how the sources are, by the time of the look."""
    told = Told(KEEP_ALIVE)
    calls = sorted(world.calls)
    time = world.since - THINGS_BEFORE
    requests = failures = tokens = used = 0
    while time <= world.end:
        while used < len(calls) and calls[used][0] <= time:
            requests, tokens = requests + 1, tokens + calls[used][1]
            failures += bool(calls[used][2])
            used += 1
        seen: dict[Key, State] = {source_key("kafka"): _well()}
        numbers: dict[Figure, float] = {}
        if world.scene.has_cluster:
            seen |= {source_key(n): _well() for n in ("kubernetes", "kubernetes-metrics")}
            for key, states in _of_cluster(world):
                if (state := _state(states, time)) is not None:
                    seen[key] = state
                    numbers |= figures(key, state)
        if world.scene.has_gateway:
            seen |= {source_key(n): _well() for n in (GATEWAY, "litellm-metrics")}
            key = Key(MODEL, GATEWAY, world.model, f"{world.model}-1")
            seen[key] = _model(world)
            counts = {"requests": requests, "failures": failures, "tokens": tokens,
                      "cooldowns": 0, "spend": round(tokens * 2e-6, 6)}  # fmt: skip
            numbers |= {Figure(f"{MODEL}.{name}", key): float(n) for name, n in counts.items()}
        view = View(int(time * 1e9), seen, numbers)
        news = told.news(view, time)
        told.remember(view, news, time)
        yield time, news
        time += THINGS_SECONDS


def _looks(world: World) -> Iterator[float]:
    time = world.began
    while time < world.since - PAST_LOOK_SECONDS:
        yield time
        time += PAST_LOOK_SECONDS
    while time <= world.end:
        yield time
        time += LOOK_SECONDS


def _see_topic(topic: Topic, time: float, seen: dict[Series, int]) -> None:
    end = _last(topic.ends, time)
    if end is None and not topic.readers:
        return  # it is made by the first message
    end = end or 0
    seen[Series(Metric.END, topic.name, 0)] = end
    seen[Series(Metric.OLDEST, topic.name, 0)] = 0
    for reader in topic.readers:
        _see_reader(reader, end, time, seen)


def _see_reader(reader: Reader, end: int, time: float, seen: dict[Series, int]) -> None:
    name, group = reader.topic.name, reader.group
    committed = _last(reader.commits, time)
    members = _last(reader.members, time)
    if committed is not None:
        seen[Series(Metric.COMMITTED, name, 0, group)] = committed
        seen[Series(Metric.LAG, name, 0, group)] = max(0, end - committed)
    if members or committed is not None:
        seen[Series(Metric.MEMBERS, group=group)] = members or 0
        seen[Series(Metric.MEMBERS, name, group=group)] = members or 0


def _last(timeline: list[tuple[float, int]], time: float) -> int | None:
    number = bisect_right(timeline, time, key=lambda entry: entry[0])
    return timeline[number - 1][1] if number else None


def _of_cluster(world: World) -> Iterator[tuple[Key, Timeline]]:
    for workload in world.cluster.workloads:
        yield workload.key, workload.states
        for pod in workload.pods:
            yield pod.key, pod.states


def _state(states: Timeline, time: float) -> State | None:
    number = bisect_right(states, time, key=lambda entry: entry[0])
    return states[number - 1][1] if number else None


def _well() -> State:
    return {"state": OK, "keep_alive": KEEP_ALIVE}


def _model(world: World) -> dict[str, Any]:
    return {
        "model": f"openai/{world.model}", "provider": "openai", "mode": "chat",
        "tpm_max": world.tpm_max, "rpm_max": world.rpm_max, "input_context": 128_000,
        "input_types": ["text"], "output_types": ["text"],
    }  # fmt: skip
