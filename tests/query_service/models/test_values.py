"""Stored values on their way to JSON."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from query_service.models.values import finite, iso, normalise, record

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def test_times_are_naive_utc_with_a_fraction_only_when_there_is_one() -> None:
    assert iso(datetime(2026, 11, 22, 11, 51, 55, 756869)) == "2026-11-22T11:51:55.756869"
    zone = timezone(timedelta(hours=1))
    assert iso(datetime(2026, 11, 22, 12, 0, tzinfo=zone)) == "2026-11-22T11:00:00"
    assert iso(datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) == "2026-11-22T12:00:00"
    assert iso(None) is None


def test_names_of_agents_are_the_names_of_their_queues() -> None:
    assert normalise("Code Helper") == normalise("code-helper") == "code-helper"


@given(JSON)
def test_finite_values_are_valid_json_and_else_unchanged(value: object) -> None:
    text = json.dumps(finite(value), allow_nan=False)
    if "NaN" not in json.dumps(value) and "Infinity" not in json.dumps(value):
        assert json.loads(text) == value


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=3))
def test_a_record_keeps_every_field_whatever_stands_beside(fields: dict[str, object]) -> None:
    shown = record(json.dumps(finite(fields)), state="queued")
    assert {key: shown[key] for key in fields} == finite(fields)
    assert shown["state"] == finite(fields.get("state", "queued"))


@given(st.text())
def test_what_is_no_json_object_is_shown_as_text(text: str) -> None:
    assert isinstance(record(text), dict)


def test_very_deep_and_very_long_values_are_shown_as_text() -> None:
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    assert record(deep) == {"record": deep}
    shallow = '{"text":"' + "[" * 1000 + '"}'
    assert record(shallow) == {"text": "[" * 1000}
    long = '{"a":' + "1" * 5000 + "}"
    assert record(long) == {"record": long}
