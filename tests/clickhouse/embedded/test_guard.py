"""The guard alone, on a chDB in this process; test_reader.py tries it through HTTP."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clickhouse.embedded import guard, guard_policy
from clickhouse.embedded.engine import Engine, Session
from clickhouse.embedded.errors import ClickHouseError
from clickhouse.embedded.guard_policy import Policy
from clickhouse.embedded.users import parser_settings

DENIED_CALL = re.compile(
    r"\b(file|url|s3|remote|mysql|executable|python|merge|input|eval|cluster)\s*\(", re.IGNORECASE
)
WORDS = st.sampled_from(Path(__file__).with_name("words.txt").read_text().split() + ["\0", "\n"])


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    engine = Engine(tmp_path_factory.mktemp("guard"), 1 << 30, "agent_telemetry", fsync=False)
    with engine.session() as session:
        session.configure("agent_telemetry", parser_settings())
        yield session
    engine.close()


@pytest.fixture(scope="module")
def policy(session: Session) -> Policy:
    return guard_policy.load(session)


@pytest.fixture(scope="module")
def passes(session: Session, policy: Policy) -> Callable[[str], str | None]:
    """Gives the statement that would run in place of a text, None when it is refused."""

    def passes(text: str) -> str | None:
        try:
            return guard.check(session, text, {}, "agent_telemetry", policy)
        except ClickHouseError as refused:
            assert 400 <= refused.status < 500, (text, refused.text)
            return None

    return passes


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(words=st.lists(WORDS, max_size=14), glue=st.sampled_from([" ", "", "\n", "/**/"]))
def test_no_mix_of_words_calls_what_is_denied(
    passes: Callable[[str], str | None], words: list[str], glue: str
) -> None:
    statement = passes(glue.join(["SELECT", *words]))
    if statement is not None:
        code = re.sub(r"'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`\.?", "''", statement)
        assert not DENIED_CALL.search(code), statement
        assert not re.search(r"\bINTO\s+OUTFILE\s+''", code), statement


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_answered_or_refused(passes: Callable[[str], str | None], text: str) -> None:
    passes(text)


@settings(max_examples=100, deadline=None)
@given(
    place=st.sampled_from(
        [
            "SELECT * FROM {}",
            "SELECT * FROM numbers(1) JOIN {} AS t ON 1",
            "SELECT 1 IN (SELECT * FROM {})",
            "WITH q AS (SELECT * FROM {}) SELECT * FROM q",
            "SELECT (SELECT count() FROM {})",
            "SELECT * FROM view(SELECT * FROM {})",
            "EXPLAIN SELECT * FROM {}",
            "DESCRIBE {}",
            "SELECT 1 UNION ALL SELECT 1 FROM {}",
            "SELECT number FROM numbers(9) ORDER BY (SELECT count() FROM {}) LIMIT 1",
        ]
    ),
    data=st.data(),
)
def test_no_table_function_beside_the_allowed_ones_passes_anywhere(
    session: Session, passes: Callable[[str], str | None], place: str, data: st.DataObject
) -> None:
    names = session.query("SELECT name FROM system.table_functions", "TSV").bytes().decode().split()
    name = data.draw(st.sampled_from(sorted(set(names) - guard_policy.TABLE_FUNCTIONS)))
    quoted = data.draw(st.sampled_from([name, f"`{name}`", f'"{name}"', f"{name} /* */ "]))
    assert passes(place.format(f"{quoted}('/etc/passwd')")) is None


def test_each_function_of_this_engine_was_judged(session: Session, policy: Policy) -> None:
    """A chDB with other functions is to be looked at: do the new ones only compute?"""
    assert {"file", "dictget", "aigenerate", "sleep", "joinget", "getmacro"} <= policy.denied
    assert session.query("SELECT count() FROM system.functions").bytes() == b"1885\n"


@pytest.mark.parametrize(
    "name", ["sum", "sumIf", "SUM", "quantileTDigestOrNullIf", "countIfMergeState", "row_number"]
)
def test_aggregates_pass_with_their_combinators(policy: Policy, name: str) -> None:
    assert policy.allows(name)


@pytest.mark.parametrize("name", ["file", "FILE", "fileIf", "StateIf", "noSuch", "dictGet", ""])
def test_others_do_not(policy: Policy, name: str) -> None:
    assert not policy.allows(name)


def test_a_tree_that_is_none_is_refused() -> None:
    for lines in [[], ["A", "B"], ["A", "   B"]]:
        with pytest.raises(ClickHouseError):
            guard.parse_tree(lines)
