"""The broker's storage."""

import uuid
from pathlib import Path

import pytest
from local_stack import kafka
from local_stack.settings import Settings

LEADING_DASH = uuid.UUID(bytes=b"\xf8" + bytes(15))


@pytest.mark.stack
def test_an_id_that_begins_with_a_dash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(agent_telemetry_home=tmp_path)
    settings.run.mkdir()
    monkeypatch.setattr(uuid, "uuid4", lambda: LEADING_DASH)
    kafka.prepared(settings)
    written = (tmp_path / "kafka" / "meta.properties").read_text()
    assert f"cluster.id=-{'A' * 21}" in written
