"""Which jobs there are is said by settings, and no secret is shown."""

from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase
from pydantic import ValidationError

from query_service.errors import AgentTelemetryError
from query_service.observer.alerts import figures
from query_service.observer.alerts.lanes import lanes
from query_service.observer.alerts.message_schema import FILE
from query_service.observer.alerts.settings import AlertSettings
from query_service.settings import Settings, wrong

DOCS = FILE.parent
PAGE = (DOCS / "alerts.md").read_text()


def names(**changes: str) -> list[str]:
    return [
        job.name
        for lane in lanes(Settings(), AlertSettings.model_validate(changes))
        for job in lane.jobs
    ]


def test_who_is_told_is_a_setting() -> None:
    assert names() == ["findings"]
    assert names(webhook_url="https://host/s3cret") == ["findings", "alerts"]
    assert names(interval="0", webhook_url="https://host/s3cret") == []


def test_secrets_may_lie_in_files_and_are_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, key = tmp_path / "url", tmp_path / "key"
    url.write_text("https://host/s3cret\n")
    key.write_text("Bearer s3cret\n")
    monkeypatch.setenv("ALERTS_WEBHOOK_URL_FILE", str(url))
    monkeypatch.setenv("ALERTS_WEBHOOK_AUTHORIZATION_FILE", str(key))
    own = AlertSettings()
    assert (own.url, own.authorization) == ("https://host/s3cret", "Bearer s3cret")
    assert [job.name for lane in lanes(Settings(), own) for job in lane.jobs][1] == "alerts"
    monkeypatch.setenv("ALERTS_WEBHOOK_URL", "https://host/s3cret")
    monkeypatch.setenv("ALERTS_WEBHOOK_AUTHORIZATION", "s3cret")
    assert "s3cret" not in f"{AlertSettings()!r} {AlertSettings()}"


def test_what_is_wrong_is_told_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERTS_WEBHOOK_URL", "s3cret")
    monkeypatch.setenv("ALERTS_LEAST_SEVERITY", "awful")
    monkeypatch.setenv("ALERTS_WEBHOOK_URL_FILE", "/nowhere")
    with pytest.raises(ValidationError) as raised:
        AlertSettings()
    told = wrong(raised.value)
    assert "Error: ALERTS_WEBHOOK_URL_FILE=/nowhere: Value error, cannot be read" in told
    assert "Error: ALERTS_LEAST_SEVERITY=awful" in told and "s3cret" not in told


def test_an_address_that_is_none_is_told_without_it() -> None:
    with pytest.raises(AgentTelemetryError) as odd:
        names(webhook_url="s3cret")
    assert "s3cret" not in str(odd.value)


def test_the_page_names_every_setting_and_figure() -> None:
    for field in AlertSettings.model_fields:
        assert f"`ALERTS_{field.upper()}`" in PAGE, field
    found = [one for one in vars(figures).values() if isinstance(one, MetricWrapperBase)]
    described = [metric for one in found for metric in one.collect()]
    assert len(described) == 5
    for metric in described:
        assert f"`{metric.name}" in PAGE, metric.name
