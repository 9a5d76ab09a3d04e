"""The OpenAPI document is valid and complete: nothing in it lacks a description or an example."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from query_service.document import Operation, operations
from tests.query_service.checked_client import document, is_described, validator
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase

OPERATIONS = {f"{o.method} {o.path}": o for o in operations(document())}
_VARIABLE, _BRACES = r"<(?:[^<:]+:)?(.*?)>", r"{\1}"
SCHEMAS = document()["components"]["schemas"]


@pytest.fixture(params=OPERATIONS)
def operation(request: pytest.FixtureRequest) -> Operation:
    """Each operation."""
    return OPERATIONS[request.param]


def test_the_document_is_valid() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_every_route_is_in_the_document() -> None:
    rules = client(FakeDatabase()).application.url_map.iter_rules()
    routes = {
        f"{method.lower()} {re.sub(_VARIABLE, _BRACES, rule.rule)}"
        for rule in rules
        if rule.rule.startswith(("/api/", "/health", "/metrics", "/ws/"))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == OPERATIONS.keys()


def test_an_operation_says_what_it_does(operation: Operation) -> None:
    assert operation.body["summary"]
    assert operation.body["description"]


def test_every_parameter_has_a_description_and_an_example_that_fits(operation: Operation) -> None:
    for parameter in operation.parameters:
        assert parameter.get("description"), parameter["name"]
        Draft202012Validator(parameter["schema"]).validate(parameter["example"])


def test_every_answer_has_a_schema_and_an_example_that_fits(operation: Operation) -> None:
    bodies = [operation.body["requestBody"]] if "requestBody" in operation.body else []
    assert is_described(operation)
    for answer in [*bodies, *operation.body["responses"].values()]:
        for content in answer["content"].values():
            schema = content["schema"]
            found = validator(schema["$ref"]) if "$ref" in schema else Draft202012Validator(schema)
            found.validate(content["example"])


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_and_every_field_has_a_description(name: str) -> None:
    schema: dict[str, Any] = SCHEMAS[name]
    assert schema.get("description"), name
    for field, part in schema.get("properties", {}).items():
        assert part.get("description"), field
    is_one_of_several = "anyOf" in schema
    assert is_one_of_several or "additionalProperties" in schema, "derive it from Answer or Stored"


def test_the_page_needs_no_internet() -> None:
    web = client(FakeDatabase())
    page = web.get("/docs", follow_redirects=True)
    assert page.status_code == 200
    assert "/openapi.json" in page.text
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert "//" not in asset
        with web.get(f"/docs/{asset}") as found:
            assert found.status_code == 200
    assert web.get("/openapi.json").json == document()
