"""docs/api.md tells of every operation, its parameters and fields of its body, and of no other."""

import re
from pathlib import Path
from typing import Any

from query_service.document import Operation, operations
from tests.query_service.checked_client import document

TEXT = (Path(__file__).parents[2] / "docs/api.md").read_text()
# OpenAPI has no word for WebSockets: what is sent over one is described by the page alone.
SECTIONS = dict(re.findall(r"^### `((?!WS)[A-Z]+ \S+)`\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S))
OPERATIONS = {
    f"{o.method.upper()} {o.path}": o
    for o in operations(document())
    if not o.path.startswith("/ws/")
}


def _documented(section: str) -> set[str]:
    """The names after `Parameters:` and `Body:`, up to the end of the sentence."""
    sentences = re.findall(r"(?:Parameters|Body): (.*?)\.(?:\s|\Z)", section, re.S)
    without_values = re.sub(r"\([^)]*\)", "", " ".join(sentences))
    return set(re.findall(r"`(\w+)`", without_values))


def _given(operation: Operation) -> dict[str, dict[str, Any]]:
    """The schema of each parameter in the query, and of each field of the body."""
    found = {p["name"]: p["schema"] for p in operation.parameters if p["in"] == "query"}
    for content in operation.body.get("requestBody", {}).get("content", {}).values():
        name = content["schema"].get("$ref", "").rpartition("/")[2]  # none: any document
        found |= document()["components"]["schemas"].get(name, {}).get("properties", {})
    return found


def test_every_operation_and_every_parameter_is_documented() -> None:
    given = {name: set(_given(operation)) for name, operation in OPERATIONS.items()}
    assert {name: _documented(text) for name, text in SECTIONS.items()} == given


def test_bounds_and_values_are_documented() -> None:
    for name, operation in OPERATIONS.items():
        for schema in _given(operation).values():
            for value in schema.get("enum", []):
                assert value in SECTIONS[name], (name, value)
            if maximum := schema.get("maximum"):
                assert f"at most {maximum:,}" in SECTIONS[name], name
