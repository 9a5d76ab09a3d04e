"""Who asks too often waits; others do not."""

import pytest
from limits.errors import StorageError
from limits.strategies import FixedWindowRateLimiter

from query_service.access.limits import Limits
from query_service.errors import TooManyRequests
from query_service.settings import Settings
from tests.query_service.access.keyed import OPERATOR, VIEWER, bearer, keyed_client
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase


def test_each_key_has_its_own_count() -> None:
    web = keyed_client(query_rate_limit="3 per 10 day")
    for _ in range(3):
        assert web.get("/api/v1/agents", headers=bearer(VIEWER)).status_code == 200
    refused = web.get("/api/v1/agents", headers=bearer(VIEWER))
    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert 1 < int(refused.headers["Retry-After"]) <= 10 * 86_400
    assert web.get("/api/v1/agents", headers=bearer(OPERATOR)).status_code == 200


def test_strangers_are_counted_by_their_address() -> None:
    web = keyed_client(query_rate_limit="3/day")
    statuses = [web.get("/api/v1/agents", headers=bearer("x")).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]
    other = {"REMOTE_ADDR": "10.0.0.1"}
    assert web.get("/api/v1/agents", environ_base=other).status_code == 401


@pytest.mark.parametrize("limit", [None, ""])
def test_on_loopback_there_is_no_limit_unless_it_is_set(limit: str | None) -> None:
    web = client(FakeDatabase(), Settings(query_rate_limit=limit))
    assert {web.get("/openapi.json").status_code for _ in range(50)} == {200}


def test_a_limit_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="QUERY_RATE_LIMIT|query_rate_limit"):
        Settings(query_rate_limit="often")


def test_only_with_keys_there_is_a_limit_unset() -> None:
    with pytest.raises(TooManyRequests, match="12000 per 1 minute"):
        _ask_often(Limits(Settings(), default=True))
    _ask_often(Limits(Settings(), default=False))


def _ask_often(limits: Limits) -> None:
    for _ in range(24_001):  # two windows may meet
        limits.count("somebody")


def test_a_storage_that_is_away_refuses_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limits = Limits(Settings(query_rate_limit="1/day"), default=True)

    def away(*_: object) -> bool:
        raise StorageError(ConnectionError("redis://:secret@host"))

    monkeypatch.setattr(FixedWindowRateLimiter, "hit", away)
    for _ in range(3):
        limits.count("somebody")
    assert "ConnectionError" in caplog.text
    assert "secret" not in caplog.text
