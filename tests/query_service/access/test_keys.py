"""Keys are random, kept by their hashes, and read from lines that are right or refused."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from query_service.access.keys import KeyLineWrong, Keys, create, parse, read
from query_service.access.roles import Caller, Role
from query_service.cli import main
from query_service.settings import Settings

SECRET, KEY = create(Role.VIEWER, "ci")


def test_a_key_is_found_by_its_line() -> None:
    keys = Keys(parse(f"# keys\n\n  {KEY.line}  \n", "here"))
    assert keys.caller(SECRET) == Caller("ci", Role.VIEWER)
    assert keys.caller(create(Role.VIEWER, "ci")[0]) is None


@pytest.mark.parametrize(
    "presented",
    ["", KEY.digest, SECRET[:-1], SECRET + "\n", "a" * 10_000],
    ids=["empty", "hash", "cut", "more", "long"],
)
def test_nothing_else_is_a_key(presented: str) -> None:
    assert Keys([KEY]).caller(presented) is None


def test_all_of_the_hash_counts() -> None:
    for place in range(64):
        other = "0" if KEY.digest[place] != "0" else "1"
        digest = KEY.digest[:place] + other + KEY.digest[place + 1 :]
        assert Keys([KEY._replace(digest=digest)]).caller(SECRET) is None


def test_the_line_tells_nothing_of_the_key() -> None:
    assert SECRET not in KEY.line
    assert SECRET.removeprefix("atk_") not in KEY.line


@pytest.mark.parametrize(
    "line",
    [
        SECRET,
        f"viewer ci {SECRET}",
        f"admin ci sha256:{KEY.digest}",
        f"viewer sha256:{KEY.digest}",
        f"viewer c,i sha256:{KEY.digest}",
        f"viewer ci sha256:{KEY.digest[:-1]}",
        f"viewer ci md5:{KEY.digest}",
    ],
    ids=["key", "key for hash", "role", "no name", "comma", "cut", "other hash"],
)
def test_a_wrong_line_is_refused_and_not_shown(line: str) -> None:
    with pytest.raises(KeyLineWrong, match="here, line 2") as raised:
        parse(f"\n{line}", "here")
    assert SECRET not in str(raised.value)


def test_two_keys_of_one_name_are_refused() -> None:
    with pytest.raises(KeyLineWrong, match="another key named ci"):
        parse(f"{KEY.line}\n{create(Role.OPERATOR, 'ci')[1].line}", "here")


def test_keys_come_from_a_file_and_from_the_environment(tmp_path: Path) -> None:
    other, of_file = create(Role.OPERATOR, "ann@example.org")
    file = tmp_path / "keys"
    file.write_text(of_file.line + "\n")
    keys = read(Settings(query_keys=KEY.line, query_keys_file=file))
    assert keys.caller(SECRET) == KEY.caller
    assert keys.caller(other) == of_file.caller


def test_a_file_without_a_key_does_not_open_the_service(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    with pytest.raises(KeyLineWrong, match="cannot be read"):
        read(Settings(query_keys_file=file))
    file.write_text("# none yet\n")
    with pytest.raises(KeyLineWrong, match="has no key"):
        read(Settings(query_keys_file=file))


def test_the_command_shows_a_key_and_its_line() -> None:
    shown = CliRunner().invoke(main, ["keys", "create", "--role", "operator", "--name", "ann"])
    secret, line = (text.split(":  ", 1)[-1].strip() for text in shown.output.splitlines())
    assert Keys(parse(line, "output")).caller(secret) == Caller("ann", Role.OPERATOR)


@pytest.mark.parametrize("name", ["", "two words", "a,b", "a" * 65])
def test_a_name_that_cannot_be_kept_is_refused(name: str) -> None:
    with pytest.raises(KeyLineWrong):
        create(Role.VIEWER, name)
