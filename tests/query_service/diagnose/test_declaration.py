"""What each detector says of itself."""

import re
from string import Formatter

import pytest
from pydantic import ValidationError

from query_service.db import DETECTORS, sql
from query_service.diagnose.declaration import Declaration, declarations
from query_service.diagnose.page import PAGES, pages
from query_service.diagnose.thresholds import thresholds

KINDS = declarations()
CONTRACT = {
    *("agent_not_consuming", "backlog_growing", "stuck_task", "lost_handoff", "expired_task"),
    *("handoff_loop", "wait_cycle", "retry_storm", "poison_message", "duplicate_work"),
    *("ghost_completion", "priority_inversion", "error_burst", "llm_rate_limited", "llm_failing"),
    *("tool_failing", "slow_agent", "token_runaway", "broken_trace_context"),
    *("workload_unhealthy", "telemetry_gap"),
}
USUAL = {"at", "since", "agent", "most"}


def parameters(kind: str) -> set[str]:
    return set(re.findall(r"\{(\w+):", sql(f"{DETECTORS}/{kind}/find")))


@pytest.mark.parametrize("kind", KINDS)
def test_each_threshold_is_used_and_nothing_else_is_asked_for(kind: str) -> None:
    assert parameters(kind) - USUAL == KINDS[kind].thresholds.keys()
    assert {"agent", "most", "at"} <= parameters(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_its_texts_name_what_its_sql_gives(kind: str) -> None:
    one, text = KINDS[kind], sql(f"{DETECTORS}/{kind}/find")
    for told in (one.title, *one.fixes, *one.verify):
        for _, name, _, _ in Formatter().parse(told):
            assert name in (None, "agent", "subject") or f"'{name}'" in text, (kind, name)


def test_every_kind_of_the_contract_has_a_detector() -> None:
    assert KINDS.keys() == CONTRACT


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_explains_is_a_kind(kind: str) -> None:
    assert set(KINDS[kind].explains) <= KINDS.keys()


def test_the_pages_are_those_of_the_declarations() -> None:
    assert {path.name: path.read_text() for path in PAGES.glob("*.md")} == pages()


def test_a_threshold_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert thresholds()["expired_task"]["many"] == 5
    monkeypatch.setenv("DETECT_EXPIRED_TASK_MANY", "7")
    assert thresholds()["expired_task"]["many"] == 7
    monkeypatch.setenv("DETECT_EXPIRED_TASK_MANY", "nan")
    with pytest.raises(ValidationError, match="detect_expired_task_many"):
        thresholds()


def test_a_declaration_with_an_unknown_word_is_refused() -> None:
    with pytest.raises(ValidationError, match="severty"):
        Declaration.model_validate({"kind": "x", "severty": "high"})
