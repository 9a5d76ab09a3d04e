"""Which sources are looked at is said by settings."""

import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from query_service.observer.settings import ObserverSettings
from query_service.observer.watched import watched
from query_service.settings import wrong
from tests.ports import free_port
from tests.query_service.observer.test_sources import Sender

AWAY = f"http://127.0.0.1:{free_port()}"


def states(sender: Sender) -> dict[str, str]:
    """How each source is, after each was looked at once."""
    lanes = watched(ObserverSettings(kubernetes="off"), sender, threading.Event())
    for lane in lanes:
        for job in lane.jobs:
            try:
                job.run()
            except Exception as error:
                assert not job.is_needed, error
    things = [pair for news in sender.sent for pair in news.things.items()]
    return {key.name: thing["state"] for key, thing in things}


def test_a_source_without_a_setting_is_off() -> None:
    assert states(Sender()) == {"kubernetes": "off", "litellm": "off", "ollama": "off"}


def test_a_source_with_a_setting_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_BASE_URL", AWAY)
    monkeypatch.setenv("OLLAMA_BASE_URL", AWAY)
    found = states(Sender())
    assert found == {"kubernetes": "off", "litellm": "unreachable", "ollama": "unreachable"}


def test_the_key_may_lie_in_a_file_and_is_never_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text("sk-secret\n")
    monkeypatch.setenv("LITELLM_API_KEY_FILE", str(file))
    own = ObserverSettings()
    assert own.litellm_secret == "sk-secret"
    assert "sk-secret" not in f"{own!r} {own}"


@pytest.mark.parametrize("odd", ["gateway:4000", "ftp://gateway", "http://", "http://a:x"])
def test_an_odd_address_is_refused(odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_BASE_URL", odd)
    with pytest.raises(ValidationError, match="LITELLM_BASE_URL"):
        ObserverSettings()


@pytest.mark.parametrize("odd", ["ftp://me:sk-secret@gateway/", "me:sk-secret@gateway:4000"])
def test_a_password_in_an_odd_address_is_not_shown(
    odd: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITELLM_BASE_URL", odd)
    with pytest.raises(ValidationError) as raised:
        ObserverSettings()
    told = wrong(raised.value)
    assert told.startswith("Error: LITELLM_BASE_URL=")
    assert "…@gateway" in told
    assert "sk-secret" not in told


def test_a_key_file_that_cannot_be_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LITELLM_API_KEY", "sk-secret")
    monkeypatch.setenv("LITELLM_API_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(ValidationError) as raised:
        ObserverSettings()
    told = wrong(raised.value)
    assert told.startswith(f"Error: LITELLM_API_KEY_FILE={tmp_path / 'none'}: ")
    assert "cannot be read" in told
    assert "sk-secret" not in told
