"""Parameters: what is read, and what is refused with a reason."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from query_service.models.parameters.errors import ErrorsQuery
from query_service.models.parameters.lists import AtQuery
from query_service.models.parameters.queues import QueueQuery

ZONES = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1))


@given(TIMES)
def test_a_time_without_a_zone_is_utc(time: datetime) -> None:
    assert AtQuery(at=time.isoformat()).at == time.replace(tzinfo=UTC)


@given(TIMES, ZONES)
def test_a_zone_is_honoured_also_when_its_plus_became_a_space(
    time: datetime, zone: timezone
) -> None:
    text = time.replace(tzinfo=zone).isoformat()
    expected = time.replace(tzinfo=zone).astimezone(UTC)
    assert AtQuery(at=text).at == expected
    assert AtQuery(at=text.replace("+", " ")).at == expected


@given(st.integers(0, 999_999_999), st.sampled_from(["s", "m", "h"]))
def test_a_relative_time_is_how_long_ago(number: int, unit: str) -> None:
    seconds = {"s": 1, "m": 60, "h": 3600}[unit]
    ago = timedelta(seconds=number * seconds)
    assert AtQuery(at=f"-{number}{unit}").at == AtQuery(at=f"{number}{unit}").at == ago


@given(st.text())
def test_any_text_is_a_time_or_is_refused_by_name(text: str) -> None:
    try:
        assert isinstance(AtQuery(at=text).at, datetime | timedelta)
    except ValidationError as refused:
        (error,) = refused.errors()
        assert error["loc"] == ("at",)
        assert "ISO 8601" in error["msg"]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:00", "-9999999999d", "", "now", "12"])
def test_times_that_cannot_be(text: str) -> None:
    with pytest.raises(ValidationError, match="ISO 8601"):
        AtQuery(at=text)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("message_type", "bogus", "'task', 'result', 'error', 'heartbeat' or 'cancel'"),
        ("limit", "501", "less than or equal to 500"),
        ("limit", "-1", "greater than or equal to 0"),
        ("limit", "many", "valid integer"),
    ],
)
def test_a_refusal_says_what_is_allowed(name: str, value: str, allowed: str) -> None:
    with pytest.raises(ValidationError, match=allowed):
        QueueQuery.model_validate({name: value})


def test_unknown_parameters_are_ignored_as_they_were() -> None:
    assert ErrorsQuery.model_validate({"colour": "red"}) == ErrorsQuery()
