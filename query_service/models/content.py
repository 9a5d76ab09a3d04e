"""Prompts and answers of model calls: the GenAI attributes in the shape of the earlier system."""

import json
from collections.abc import Mapping
from typing import Any

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai

from query_service.models.values import parse


def _objects(text: str) -> list[dict[str, Any]]:
    """The objects of a JSON array; none when the text is something else."""
    found = parse(text)
    return [o for o in found if isinstance(o, dict)] if isinstance(found, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    parts = message.get("parts", [])
    return [p for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []


def _texts(parts: list[dict[str, Any]]) -> str:
    return "\n".join(_text(p["content"]) for p in parts if "content" in p)


def _message(message: dict[str, Any]) -> dict[str, Any]:
    """{role, parts} as {role, content, name?, tool_call_id?, tool_calls?}."""
    parts = _parts(message)
    shown: dict[str, Any] = {
        "role": message.get("role"),
        "content": _texts(parts) if "parts" in message else _text(message.get("content", "")),
    }
    if "name" in message:
        shown["name"] = message["name"]
    if calls := [p for p in parts if p.get("type") == "tool_call"]:
        shown["tool_calls"] = calls
    for part in parts:
        if part.get("type") == "tool_call_response":
            shown["tool_call_id"] = part.get("id")
            shown["content"] = _text(part.get("response", part.get("result", "")))
    return shown


def messages(attributes: Mapping[str, str]) -> list[dict[str, Any]]:
    """What the model was given, the system's instructions first."""
    found = [_message(m) for m in _objects(attributes.get(gen_ai.GEN_AI_INPUT_MESSAGES, ""))]
    if system := attributes.get(gen_ai.GEN_AI_SYSTEM_INSTRUCTIONS):
        content = _texts(_objects(system)) or system
        return [{"role": "system", "content": content}, *found]
    return found


def response(attributes: Mapping[str, str]) -> str | None:
    """What the model answered, as text; None when it was not recorded."""
    found = _objects(attributes.get(gen_ai.GEN_AI_OUTPUT_MESSAGES, ""))
    return "\n".join(_message(m)["content"] for m in found) if found else None


def tools(attributes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The tools that the model could call."""
    return _objects(attributes.get(gen_ai.GEN_AI_TOOL_DEFINITIONS, ""))
