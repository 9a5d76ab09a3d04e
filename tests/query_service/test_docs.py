"""docs/api.md tells of every route and every parameter, and of no other."""

import re
from pathlib import Path

from query_service.app import create_app
from query_service.settings import Settings
from tests.query_service.fake_database import FakeDatabase

TEXT = (Path(__file__).parents[2] / "docs/api.md").read_text()
SECTIONS = dict(re.findall(r"^### `GET (\S+)`\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S))


def _documented(section: str) -> set[str]:
    found = re.match(r"Parameters: (.*?)\.\s", section, re.S)
    without_values = re.sub(r"\([^)]*\)", "", found[1]) if found else ""
    return set(re.findall(r"`(\w+)`", without_values))


def test_every_route_and_every_parameter_is_documented() -> None:
    paths = create_app(Settings(), FakeDatabase()).api_doc["paths"]
    routes = {
        path: {p["name"] for p in item["get"].get("parameters", []) if p["in"] == "query"}
        for path, item in paths.items()
    }
    assert {path: _documented(text) for path, text in SECTIONS.items()} == routes


def test_bounds_and_values_are_documented() -> None:
    for path, item in create_app(Settings(), FakeDatabase()).api_doc["paths"].items():
        for parameter in item["get"].get("parameters", []):
            schemas = [parameter["schema"], *parameter["schema"].get("anyOf", [])]
            for value in (v for schema in schemas for v in schema.get("enum", [])):
                assert value in SECTIONS[path], (path, value)
            if maximum := parameter["schema"].get("maximum"):
                assert f"at most {maximum:,}" in SECTIONS[path], path
