"""A task as it is sent again: another message, which names the one that it is sent for."""

import json
import re
from collections.abc import Mapping
from datetime import datetime

from query_service.models.values import iso, ns

OF, ROOT = "redrive-of", "redrive-root"
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\],]', re.DOTALL)
_TIMES = re.compile(r"[0-9]{1,9}", re.ASCII)


def value(
    body: str,
    message_id: str,
    sent_at: datetime,
    target: str | None,
    trace: tuple[str, str] | None,
) -> bytes:
    """The body with another id and time, with a target when one is given, and where it names a
    trace and span with those of `trace`. All else stands as it came, to the last digit.

    Raises ValueError for what is no JSON object.
    """
    trace_id, span_id = trace or (None, None)
    always = {"message_id": message_id, "timestamp": iso(sent_at)}
    if target is not None:
        always["target_agent"] = target
    changed = {**always, "trace_id": trace_id, "span_id": span_id}
    found = members(body)
    told = [
        f"{name}: {json.dumps(changed[key]) if (key := json.loads(name)) in changed else text}"
        for name, text in found
    ]
    names = {json.loads(name) for name, _ in found}
    told += [f'"{name}": {json.dumps(always[name])}' for name in always if name not in names]
    return f"{{{', '.join(told)}}}".encode()


def members(text: str) -> list[tuple[str, str]]:
    """The members of a JSON object, name and value as they stand. What is in the values is not
    looked at, so that a large one costs no memory. Raises ValueError for what is no object."""
    if not text.lstrip().startswith("{"):
        raise ValueError("it is no JSON object")
    found: list[tuple[str, str]] = []
    depth, start, name = 0, 0, None
    for token in _TOKEN.finditer(text):
        mark = text[token.start()]
        if mark == '"':
            if depth == 1 and name is None:
                name, start = token[0], text.find(":", token.end()) + 1
        elif mark in "{[":
            depth += 1
        else:
            if depth == 1 and name is not None:
                found.append((name, text[start : token.start()].strip()))
                name = None
            depth -= mark != ","
            if depth == 0:
                return found
    raise ValueError("it is no whole JSON object")


def headers(
    kept: Mapping[str, str], of: str, message_id: str, sent_at: datetime, context: Mapping[str, str]
) -> list[tuple[str, bytes]]:
    """The headers that were kept, with those of the new message; `context` is its own trace's."""
    told = {name: text for name, text in kept.items() if name not in ("traceparent", "tracestate")}
    if "timestamp" in told:
        told["timestamp"] = iso(sent_at) or ""
    told |= {
        **context,
        "message-id": message_id,
        "enqueued-ms": str(ns(sent_at) // 1_000_000),
        "attempt": str(attempt(kept)),
        OF: of,
        ROOT: root(kept, of),
    }
    return [(name, text.encode()) for name, text in told.items()]


def attempt(kept: Mapping[str, str]) -> int:
    """Which attempt the next one is."""
    before = kept.get("attempt", "")
    return (int(before) if _TIMES.fullmatch(before) else 1) + 1


def root(kept: Mapping[str, str], of: str) -> str:
    """The first of the messages that were sent again for each other."""
    return kept.get(ROOT) or of
