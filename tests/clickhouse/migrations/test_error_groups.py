"""What is one group of errors: type, normalised message, top frame of the application."""

import re
import string
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.clickhouse.migrations.records import error, otlp_log, record
from tests.clickhouse.migrations.store import Store

SAME_GROUP = {
    "numbers": ("took 5 s of 10", "took 77.5 s of 1,000"),
    "signs and exponents": ("off by -3", "off by 1e-9"),
    "UUIDs": ("job 0b7f6c1e-5f3a-4f0e-8f53-0d9d1c9f7b11 lost",
              "job ffffffff-ffff-ffff-ffff-ffffffffffff lost"),
    "hexadecimal": ("at 0xDEADBEEF", "at 0x1"),
    "hashes": ("commit deadbeef gone", "commit 9f0f6c1e5f3a4f0e8f53 gone"),
    "ids with letters": ("call_Ab12 failed", "call_zz9Q failed"),
    "times": ("since 2026-11-22T11:51:55.756Z", "since 1999-01-01T00:00:00+01:00"),
    "quotes": ("no field 'a b' in \"x\"", "no field 'it's' in \"y/z\""),
    "quotes of other kinds": ("no `a`", "no \"b\""),
    "an apostrophe in a word": ("can't open 'a'", "can't open 'b c'"),
    "paths": ("cannot read /etc/x y", "cannot read /var/lib/z.json y"),
    "relative paths": ("cannot read data/run/x", "cannot read ../y"),
    "Windows": (r"cannot read C:\a\b.txt", r"cannot read D:\c"),
    "URLs": ("GET https://a.example/v1?x=1 failed", "GET http://b:8080/ failed"),
    "white space": ("a  b\n", "a b"),
}  # fmt: skip
OTHER_GROUP = {
    "another word": ("cannot read", "cannot write"),
    "letters only": ("agent alpha is gone", "agent beta is gone"),
    "more words": ("timeout", "timeout of the model"),
}
PYTHON = """Traceback (most recent call last):
  File "/usr/lib/python3.12/asyncio/runners.py", line 118, in run
    return self._loop.run_until_complete(task)
  File "{folder}/agents/writer.py", line {line}, in handle
    call()
  File "/x/lib/python3.12/site-packages/httpx/_client.py", line 926, in send
    raise exc
httpx.ConnectError: boom
"""
NODE = """Error: boom
    at Socket.<anonymous> (node:net:123:5)
    at fetch (/app/node_modules/undici/index.js:1:2)
    at async Writer.handle ({folder}/src/writer.js:{line}:13)
    at main (/app/src/index.js:3:1)
"""
JAVA = """java.lang.RuntimeException: outer
\tat com.example.Outer.run(Outer.java:1)
Caused by: java.io.IOException: boom
\tat java.base/java.net.Socket.connect(Socket.java:{line})
\tat org.springframework.web.Client.get(Client.java:2)
\tat com.example.Writer.lambda$handle${line}(Writer.java:{line})
\t... 3 more
"""
GO = """panic: boom

goroutine 1 [running]:
panic({{0x1, 0x2}})
\t/usr/local/go/src/runtime/panic.go:884 +0x212
github.com/x/y.Send(0xc000)
\t/root/go/pkg/mod/github.com/x/y@v1/send.go:3 +0x1
main.(*Writer).handle.func{line}(0xc0000, {{0x1}})
\t{folder}/writer.go:{line} +0x1d
"""
FRAMES = {
    PYTHON: "writer.py:handle",
    NODE: "writer.js:Writer.handle",
    JAVA: "com.example.Writer.lambda$handle",
    GO: "main.(*Writer).handle.func",
    "": "",
    "boom": "",
    '  File "/usr/lib/python3.12/json/decoder.py", line 355, in raw_decode\n': "",
    '  File "<frozen importlib._bootstrap>", line 1, in f\n': "",
    "Error\n    at /app/x.js:1:2\n": "x.js:",
    "Error\n    at new Promise (<anonymous>)\n    at a.b (file:///app/main.deadbeef.js:1:2)\n":
        "main..js:a.b",
    "   at Shop.Cart.Add(Int32 n) in C:\\app\\Cart.cs:line 12\n": "Shop.Cart.Add",
}  # fmt: skip


def groups(store: Store, *reports: Mapping[str, object]) -> list[tuple[int, str, str]]:
    """Group, normalised message and top frame of reports, in their order."""
    store.run("TRUNCATE TABLE error_reports")
    store.insert(
        "landing_records",
        [
            record("agent-telemetry-errors", n, error(error_id=f"{n:05}", **fields))
            for n, fields in enumerate(reports)
        ],
    )
    rows = store.rows(
        "SELECT group_id, normalised_message, top_frame FROM error_reports FINAL ORDER BY error_id"
    )
    return [(row["group_id"], row["normalised_message"], row["top_frame"]) for row in rows]


def of_messages(store: Store, *messages: str) -> list[tuple[int, str, str]]:
    return groups(store, *({"error_message": message} for message in messages))


def test_same_messages(store: Store) -> None:
    found = of_messages(store, *(message for pair in SAME_GROUP.values() for message in pair))
    for name, one, other in zip(SAME_GROUP, found[::2], found[1::2], strict=True):
        assert one == other, name


def test_other_messages(store: Store) -> None:
    found = of_messages(store, *(message for pair in OTHER_GROUP.values() for message in pair))
    for name, one, other in zip(OTHER_GROUP, found[::2], found[1::2], strict=True):
        assert one[0] != other[0], name


def test_the_normalised_message_is_still_readable(store: Store) -> None:
    [(_, message, _)] = of_messages(store, "HTTP 429 for 'gpt' at https://a.b/c: task 7f3e lost")
    assert message == "HTTP <id> for <text> at <path> task <id> lost"


def test_top_frames(store: Store) -> None:
    stacks = [text.format(folder="/app", line=7) if "{line}" in text else text for text in FRAMES]
    found = groups(store, *({"stack_trace": stack} for stack in stacks))
    assert [frame for _, _, frame in found] == list(FRAMES.values())


def test_a_stack_elsewhere_is_the_same_group(store: Store) -> None:
    texts = (PYTHON, NODE, JAVA, GO)
    stacks = [t.format(folder=f, line=n) for t in texts for f, n in (("/app", 1), ("/srv/b", 93))]
    found = groups(store, *({"stack_trace": stack} for stack in stacks))
    assert found[::2] == found[1::2]
    assert len({group for group, _, _ in found}) == 4


def test_an_endless_stack_does_no_harm(store: Store) -> None:
    line = '  File "/app/a.py", line 1, in again\n'
    found = groups(store, {"stack_trace": line * 5000}, {"stack_trace": "\tat a.B.c(D)\n" * 9000})
    assert [frame for _, _, frame in found] == ["a.py:again", "a.B.c"]


def test_the_release_is_known(store: Store) -> None:
    attributes = {"exception.type": "E", "exception.message": "m"}
    log = otlp_log(1, EventName="exception", LogAttributes=attributes)
    resource = log["ResourceAttributes"] | {"service.version": "1.4"}
    store.insert("landing_logs", [log | {"ResourceAttributes": resource}])
    store.insert("landing_records", [record("agent-telemetry-errors", 1, error(release="2.0"))])
    rows = store.rows("SELECT release FROM error_reports FINAL ORDER BY release")
    assert [row["release"] for row in rows] == ["1.4", "2.0"]


WORD = st.text(string.ascii_lowercase.replace("e", ""), min_size=2, max_size=7)


def quoted(quote: str) -> st.SearchStrategy[str]:
    """Any text in quotes that does not hold them itself."""
    some = st.characters(exclude_characters=quote, codec="utf-8", exclude_categories=["Cs", "Cc"])
    return st.text(some).map(lambda text: f"{quote}{text}{quote}")


def pattern(text: str) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(text, re.ASCII), fullmatch=True)


KINDS = {
    "id": st.uuids().map(str) | pattern("[a-z]{1,4}[0-9][a-z0-9]{0,8}"),
    "number": st.integers().map(str) | st.floats(allow_nan=False, allow_infinity=False).map(str),
    "hex": st.binary(min_size=4, max_size=20).map(bytes.hex) | st.integers(0, 2**64).map(hex),
    "path": pattern("(/[A-Za-z0-9._-]{1,9}){1,5}"),
    "quote": quoted("'"),
    "quotes": quoted('"'),
}


@st.composite
def two_messages(draw: st.DrawFn) -> tuple[str, str]:
    """The same words, with other ids, numbers, hexadecimals, paths and quoted texts."""
    ones, others = [], []
    for kind in draw(st.lists(st.sampled_from([None, *KINDS]), max_size=8)):
        one = draw(WORD if kind is None else KINDS[kind])
        other = one if kind is None else draw(KINDS[kind])
        ones.append(one)
        others.append(other)
    return " ".join(ones), " ".join(others)


@settings(
    max_examples=15,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(pairs=st.lists(two_messages(), min_size=20, max_size=40))
def test_ids_numbers_paths_and_quotes_never_change_the_group(
    store: Store, pairs: list[tuple[str, str]]
) -> None:
    found = of_messages(store, *(message for pair in pairs for message in pair))
    for pair, one, other in zip(pairs, found[::2], found[1::2], strict=True):
        assert one == other, pair


@pytest.mark.parametrize("length", [3_000, 40_000])
def test_a_long_quote_is_a_quote(store: Store, length: int) -> None:
    found = of_messages(store, f"bad '{'x y ' * length}'", "bad 'z'")
    assert found[0][0] == found[1][0]
