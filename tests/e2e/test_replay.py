"""Consumed again from the beginning by new groups: every answer is the same."""

import json
import re
from datetime import UTC, datetime

import pytest
from kafka import KafkaAdminClient
from local_stack.cache import ROOT

from tests.busy import JOBS, Busy
from tests.e2e.answers import MOST_TRACES, all_answers
from tests.e2e.kafka import INGESTERS, behind
from tests.waiting import wait_until


def _documented() -> set[str]:
    """The path of every documented endpoint that takes `at`."""
    text = (ROOT / "docs/api.md").read_text()
    sections = re.findall(r"^### `GET (/api/\S+)`\nParameters: (.*?)\.\s", text, re.M | re.S)
    return {path for path, parameters in sections if "`at`" in parameters}


def _matches(path: str, template: str) -> bool:
    pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path.partition("?")[0]) is not None


@pytest.mark.stack
@pytest.mark.timeout(900)
def test_answers_are_the_same_after_a_replay(busy: Busy) -> None:
    stack = busy.stack
    # What the observer saw before `at` is stored before the first answer, not between the two.
    stack.stop("observer")
    at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    wait_until(lambda: not behind(stack.kafka), 180, every=0.5)
    stack.start("observer")

    before = all_answers(stack.query_url, at)
    assert before["/api/v1/queues"]["total_messages"] > 0
    assert before["/api/v1/errors/summary"]["total_errors"] > 0
    assert JOBS <= len(before["/api/v1/traces?limit=1000"]["traces"]) <= MOST_TRACES
    unasked = {t for t in _documented() if not any(_matches(path, t) for path in before)}
    assert unasked == set()

    stack.stop("collector")
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka)
    admin.delete_groups(list(INGESTERS))
    admin.close()
    assert behind(stack.kafka)
    stack.start("collector")
    wait_until(lambda: not behind(stack.kafka), 300, every=0.5)

    after = all_answers(stack.query_url, at)
    assert after.keys() == before.keys()
    for path, answer in before.items():
        assert json.dumps(after[path], sort_keys=True) == json.dumps(answer, sort_keys=True), path
