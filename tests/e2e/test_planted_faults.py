"""Diagnose finds what is planted in made-up worlds, and nothing in others: through all parts."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from bench.faults.stored import wait_stored

from tests.faults.judge import Verdict, judge, of_world
from tests.faults.plan import HEALTHY, specs
from tests.faults.send import Sent, Where, send
from tests.receiver import Receiver
from tests.stack import Stack
from tests.waiting import wait_until

KINDS = ("agent_not_consuming", "lost_handoff", "wait_cycle", "tool_failing")


@pytest.mark.stack
def test_faults_are_found_and_told_and_healthy_traffic_is_not_complained_of(
    stack: Stack, alerted: Receiver
) -> None:
    where = Where(stack.kafka, stack.otlp_http)
    planned = specs([*KINDS, HEALTHY], 1, 1, time.time() // 60 * 60 - 300)
    with ThreadPoolExecutor() as pool:
        sent = list(pool.map(partial(send, where=where), planned))
    wait_stored(stack.clickhouse_url, sent, print)
    with httpx.Client(base_url=stack.query_url, timeout=60) as client:
        for world in sent:
            # Some of it is known when the observer has worked it out.
            wait_until(partial(_is_right, client, world), every=1)
        # Another observer begins with a run of the detectors.
        stack.stop("observer")
        stack.start("observer")
        notice, *_ = wait_until(lambda: _told(alerted, sent))
        path = f"/api/v1/findings/{notice['finding']['id']}"
        told = wait_until(lambda: client.get(path).json()["notices"])  # noted once it was taken
        assert (told[-1]["event"], told[-1]["outcome"]) == ("opened", "sent")
        assert client.get(path).json()["episodes"][0]["state"] == "open"
    keys = [notice["key"] for body in alerted.got for notice in body["notices"]]
    assert len(keys) == len(set(keys))
    for part in ("observer", "query"):
        assert "s3cret" not in stack.log(part).read_text()


def _told(alerted: Receiver, sent: list[Sent]) -> list[Any]:
    """Notices of what was planted. Not all of it is there still by now."""
    notices = [notice for body in alerted.got for notice in body["notices"]]
    planted = {
        one["id"]
        for world in sent
        for one in of_world([notice["finding"] for notice in notices], world.spec.suffix)
        if one["kind"] in world.spec.kinds
    }
    return [one for one in notices if one["finding"]["id"] in planted]


def _is_right(client: httpx.Client, world: Sent) -> bool:
    verdict = _verdict(client, world)
    return not verdict.missed and bool(world.truths or not verdict.false)


def _verdict(client: httpx.Client, world: Sent) -> Verdict:
    at = f"{datetime.fromtimestamp(world.spec.at, UTC):%FT%TZ}"
    asked: dict[str, str | int] = {"at": at, "time_window_minutes": 60}
    answer: Mapping[str, Any] = client.get("/api/v1/claude/diagnose", params=asked).json()
    return judge(of_world(answer["issues"]["items"], world.spec.suffix), world.truths)
