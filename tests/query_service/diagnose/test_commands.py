"""What a finding says to run and to look at exists, and is safe to run whatever names hold."""

import re
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click
import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound

from query_service.claude.suggestions import BY_CATEGORY
from query_service.cli import main
from query_service.diagnose.declaration import declarations
from tests.query_service.checked_client import operation_of
from tests.query_service.client import client
from tests.query_service.diagnose.findings import found
from tests.query_service.fake_database import FakeDatabase

KINDS = declarations()
ROUTES = client(FakeDatabase()).application.url_map.bind("localhost")
HOSTILE = "a'; touch /tmp/owned; '\n$(id) `id` \"&|<>"


def filled(text: str) -> str:
    return re.sub(r"\{\{?\w+[^}]*\}\}?", "x", text)


def asked(text: str) -> Iterator[str]:
    """The addresses of this service in a text."""
    yield from re.findall(r"(?<![\w.])(/(?:api/v1|health|metrics)[^\s'\"`),;]*)", filled(text))


def check(address: str) -> None:
    url = urlsplit(address.rstrip(".:"))
    try:
        ROUTES.match(url.path, method="GET")
    except (NotFound, MethodNotAllowed):
        ROUTES.match(url.path, method="POST")
        return
    operation = operation_of(url.path, "get")
    assert operation, url.path
    known: dict[str, Any] = {p["name"]: p["schema"] for p in operation.parameters}
    for name, value in parse_qsl(url.query, keep_blank_values=True):
        assert name in known, (address, name)
        allowed = known[name].get("enum") or [value]
        assert value in ("x", *allowed), (address, value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_address_that_it_names_is_one_of_ours(kind: str) -> None:
    one = KINDS[kind]
    for text in (*one.verify, *one.fixes, one.meaning):
        for address in asked(text):
            check(address)
        for command, options in re.findall(r"agent-telemetry (\w[\w-]*)([^`]*)", text):
            known = main.get_command(click.Context(main), command)
            assert known, command
            names = {name for parameter in known.params for name in parameter.opts}
            assert set(re.findall(r"--[\w-]+", options)) <= names, options


def test_every_address_of_the_suggestions_is_one_of_ours() -> None:
    addresses = [a for texts in BY_CATEGORY.values() for text in texts for a in asked(text)]
    assert len(addresses) > 5
    for address in addresses:
        check(address)


def test_a_wrong_address_is_seen() -> None:
    for wrong in (
        "/api/v1/spans/metrics",
        "/api/v1/errors?agent=x",
        "/api/v1/queues/x/pending?state=odd",
    ):
        with pytest.raises((AssertionError, NotFound)):
            check(wrong)


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_name_ends_no_command(kind: str) -> None:
    names = re.findall(r"'(\w+)'", str(KINDS[kind].verify)) + ["group", "subject", "sample"]
    facts = dict.fromkeys([*names, "namespace", "kind", "workload", "receiver"], HOSTILE)
    facts["error_group"] = HOSTILE
    harmless = found(kind, "coder", facts=dict.fromkeys(facts, "x"))
    hostile = found(kind, HOSTILE, facts=facts, subject=HOSTILE)
    for good, bad in zip(harmless.verify, hostile.verify, strict=True):
        assert len(shlex.split(good, comments=True)) == len(shlex.split(bad, comments=True))
        assert not set(bad) & set("\n`|<>") and "$(" not in bad
    assert "\n" not in hostile.title
    assert all("\n" not in fix for fix in hostile.fixes)
