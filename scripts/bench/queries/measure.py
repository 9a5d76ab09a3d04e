"""Times of requests: one after the other, and by many clients at once."""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice

import httpx

from bench.queries.endpoints import Endpoint

WARM_REQUESTS = 3
ANSWER_SECONDS = 120
BUDGET_SECONDS = 60
"""A slow endpoint gets fewer requests."""


@dataclass(frozen=True)
class Figures:
    """Times in ms of `requests` answers to one endpoint, the last one's size and status.

    `failed` counts answers that were no 200.
    """

    p50: float
    p95: float
    requests: int
    failed: int
    bytes: int
    status: int


@dataclass(frozen=True)
class Crowd:
    """What `clients` got together: answers per second, failures by status (0: none), ms."""

    clients: int
    rate: float
    failures: dict[int, int]
    p50: float
    p95: float


def percentile(times: Sequence[float], share: float) -> float:
    """The smallest of `times` that at least `share` of them do not exceed."""
    ordered = sorted(times)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def one_by_one(url: str, endpoint: Endpoint, requests: int) -> Figures:
    """Ask the same `requests` times, warm when these are many."""
    times: list[float] = []
    failed = size = status = 0
    with httpx.Client(base_url=url, timeout=ANSWER_SECONDS) as client:
        for _ in range(min(WARM_REQUESTS, requests // 10)):
            client.get(endpoint.request)
        deadline = time.monotonic() + BUDGET_SECONDS
        while len(times) < requests and (len(times) < 3 or time.monotonic() < deadline):
            began = time.perf_counter()
            answer = client.get(endpoint.request)
            times.append((time.perf_counter() - began) * 1000)
            failed += answer.status_code != 200
            size, status = len(answer.content), answer.status_code
    return Figures(
        percentile(times, 0.5), percentile(times, 0.95), len(times), failed, size, status
    )


def crowd(url: str, chosen: Sequence[Endpoint], clients: int, seconds: float) -> Crowd:
    """`clients` that ask for one endpoint after the other for `seconds`, each from another one."""
    began = time.monotonic()
    deadline = began + seconds

    def ask(first: int) -> list[tuple[int, float]]:
        seen = []
        with httpx.Client(base_url=url, timeout=ANSWER_SECONDS) as client:
            for endpoint in islice(cycle(chosen), first % len(chosen), None):
                if time.monotonic() > deadline:
                    break
                asked = time.perf_counter()
                try:
                    status = client.get(endpoint.request).status_code
                except httpx.HTTPError:
                    status = 0
                seen.append((status, (time.perf_counter() - asked) * 1000))
        return seen

    with ThreadPoolExecutor(clients) as pool:
        answers = [one for many in pool.map(ask, range(clients)) for one in many]
    took = time.monotonic() - began
    times = [ms for _, ms in answers]
    failures = dict(Counter(status for status, _ in answers if status != 200))
    rate = len(answers) / took
    return Crowd(clients, rate, failures, percentile(times, 0.5), percentile(times, 0.95))
