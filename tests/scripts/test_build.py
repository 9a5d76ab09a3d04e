"""What the builds depend on."""

from pathlib import Path

from local_stack.build import COLLECTOR, collector_inputs
from local_stack.cache import key


def test_the_collectors_key_follows_manifest_and_own_source(tmp_path: Path) -> None:
    own = tmp_path / "receiver"
    own.mkdir()
    for name in ("builder.yaml", "gateway.yaml", "receiver/a.go", "receiver/go.mod"):
        (tmp_path / name).write_text("1")
    keys = [key(*collector_inputs(tmp_path))]
    for name in ("builder.yaml", "receiver/a.go", "receiver/go.mod"):
        (tmp_path / name).write_text("2")
        keys.append(key(*collector_inputs(tmp_path)))
    assert len(set(keys)) == 4
    (tmp_path / "gateway.yaml").write_text("2")
    assert key(*collector_inputs(tmp_path)) == keys[-1]


def test_every_path_in_the_manifest_is_an_input() -> None:
    manifest = (COLLECTOR / "builder.yaml").read_text()
    paths = [line.split("path: ./")[1] for line in manifest.splitlines() if " path: ./" in line]
    modules = {file.parent.name for file in collector_inputs(COLLECTOR)[1:]}
    assert {path.rstrip("/") for path in paths} == modules
