"""What is measured: each documented GET, with parameters that the data knows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

TARGET_MS = 100
PAST_MS = 1_000
_STATE = "/api/v1/oracle"
_TARGETS_MS = {
    "/api/v1/queues": 50,
    "/api/v1/queues/{}/pending": 50,
    "/api/v1/traces/{}": 50,
    "/api/v1/errors/{}": 50,
    "/api/v1/errors/summary": 50,
    **{f"{_STATE}/{part}": 200 for part in ("state", "issues", "validate", "agents", "queues")},
    f"{_STATE}/history": PAST_MS,
    f"{_STATE}/diff": PAST_MS,
    **{f"/api/v1/claude/{part}": PAST_MS for part in ("diagnose", "actions", "changes")},
}


@dataclass(frozen=True)
class Endpoint:
    """A documented path, one request to it, and the time that its p95 may take."""

    path: str
    request: str
    target_ms: int


def endpoints(document: Mapping[str, Any], known: Mapping[str, str]) -> list[Endpoint]:
    """Every GET that answers once: streams (SSE, or 426: a WebSocket) and what is gone (410, 501)
    are left out.

    Parameters of the path, and those that are required, come from `known` by their name, else
    from the examples of the document. Raises LookupError when one is in neither.
    """
    found = []
    for path, item in document["paths"].items():
        operation = item.get("get")
        if operation is None or _is_gone_or_stream(operation["responses"]):
            continue
        parameters = [p for p in operation.get("parameters", []) if p.get("required")]
        request, asked = path, []
        for parameter in parameters:
            value = quote(_value(path, parameter, known), safe="")
            if parameter["in"] == "path":
                request = request.replace("{" + parameter["name"] + "}", value)
            elif parameter["in"] == "query":
                asked.append(f"{parameter['name']}={value}")
        if asked:
            request += "?" + "&".join(asked)
        target = _TARGETS_MS.get(re.sub(r"{[^}]*}", "{}", path), TARGET_MS)
        found.append(Endpoint(path, request, target))
    return found


def past_endpoints(
    document: Mapping[str, Any], known: Mapping[str, str], at: str
) -> list[Endpoint]:
    """Of the endpoints those that take `at`, asked for that time; `known` is as of then."""
    return [
        Endpoint(e.path, f"{e.request}{'&' if '?' in e.request else '?'}at={at}", PAST_MS)
        for e in endpoints(document, known)
        if any(p["name"] == "at" for p in document["paths"][e.path]["get"].get("parameters", []))
    ]


def _is_gone_or_stream(responses: Mapping[str, Any]) -> bool:
    if "200" not in responses:
        return not {"410", "426", "501"}.isdisjoint(responses)
    return "text/event-stream" in responses["200"].get("content", {})


def _value(path: str, parameter: Mapping[str, Any], known: Mapping[str, str]) -> str:
    name = parameter["name"]
    if name in known:
        return known[name]
    for holder in (parameter, parameter.get("schema", {})):
        if "example" in holder:
            return str(holder["example"])
        if holder.get("examples"):
            first = holder["examples"]
            return str(first[0] if isinstance(first, list) else next(iter(first.values()))["value"])
    raise LookupError(f"{path}: no value for {name}")
