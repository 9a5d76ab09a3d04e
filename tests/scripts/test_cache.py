"""Builds are kept by what they were made from, and only finished ones count."""

import threading
from pathlib import Path

import pytest
from local_stack.cache import kept, key


def test_key_changes_with_each_input(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    file.write_text("a==1")
    before = key(file, "3.11.7")
    assert key(file, "3.11.7") == before
    assert key(file, "3.12.0") != before
    file.write_text("a==2")
    assert key(file, "3.11.7") != before


def test_key_tells_where_one_input_ends() -> None:
    assert key("ab", "c") != key("a", "bc")


def test_a_finished_build_is_not_built_again(tmp_path: Path) -> None:
    builds: list[Path] = []
    assert kept(tmp_path, "part", "1", builds.append) == kept(tmp_path, "part", "1", builds.append)
    assert kept(tmp_path, "part", "2", builds.append) == tmp_path / "part-2"
    assert builds == [tmp_path / "part-1", tmp_path / "part-2"]


def test_an_interrupted_build_is_thrown_away(tmp_path: Path) -> None:
    def interrupted(directory: Path) -> None:
        (directory / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path, "part", "1", interrupted)
    directory = kept(tmp_path, "part", "1", lambda made: (made / "whole").touch())
    assert sorted(path.name for path in directory.iterdir()) == [".complete", "whole"]


def test_two_at_once_build_once(tmp_path: Path) -> None:
    building, go_on = threading.Event(), threading.Event()
    builds: list[Path] = []

    def build(directory: Path) -> None:
        builds.append(directory)
        building.set()
        assert go_on.wait(90)

    first = threading.Thread(target=kept, args=(tmp_path, "part", "1", build))
    second = threading.Thread(target=kept, args=(tmp_path, "part", "1", build))
    first.start()
    assert building.wait(90)
    second.start()
    go_on.set()
    first.join(60)
    second.join(60)
    assert builds == [tmp_path / "part-1"]
