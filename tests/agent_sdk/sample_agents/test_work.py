"""What each worker makes of a payload."""

import pytest

from agent_sdk.sample_agents.coder import SNIPPETS, run_doctest, write_code
from agent_sdk.sample_agents.orchestrator import TOPICS
from agent_sdk.sample_agents.researcher import CORPUS, research, search
from agent_sdk.sample_agents.reviewer import APPROVED_FROM, check, review
from agent_sdk.sample_agents.writer import compose, write
from tests.agent_sdk.conftest import Recorded


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_of_the_orchestrator_has_findings(topic: str) -> None:
    found = search(topic)
    assert found and set(found) <= set(CORPUS)


def test_an_unknown_topic_is_an_error(recorded: Recorded) -> None:
    with pytest.raises(LookupError, match="xyzzy"):
        research({"topic": "xyzzy"})
    assert [span.name for span in recorded.spans()] == ["execute_tool search_corpus"]


@pytest.mark.parametrize("code", SNIPPETS.values(), ids=SNIPPETS)
def test_the_code_passes_its_doctest(code: str) -> None:
    assert run_doctest(code) == "Test passed."


def test_a_failing_doctest_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="doctest failed"):
        run_doctest('"""\n>>> 1 + 1\n3\n"""')


def test_a_first_draft_is_sent_back_and_the_second_passes(recorded: Recorded) -> None:
    facts = {"topic": TOPICS[0], **research({"topic": TOPICS[0]}), **write_code({"topic": "kafka"})}
    first = review({**facts, **write(facts)})
    assert (first["approved"], first["comments"]) == (False, ["add a conclusion"])
    second = review({**facts, **write({**facts, "comments": first["comments"]})})
    assert (second["approved"], second["score"]) == (True, 1.0)


def test_each_check_of_the_reviewer_can_fail() -> None:
    score, comments = check("no", "tea", ["Tea is hot."])
    assert score == 0 and len(comments) == 4
    good = compose("tea", ["Tea is hot."], "pour()\n" * 20, ["add a conclusion"])
    assert check(good, "tea", ["Tea is hot."]) == (1.0, [])
    assert score < APPROVED_FROM


def test_a_payload_of_the_wrong_shape_is_refused(recorded: Recorded) -> None:
    with pytest.raises(TypeError, match="findings"):
        write({"topic": "tea", "findings": "one"})
