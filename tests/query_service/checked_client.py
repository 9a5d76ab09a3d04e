"""A test client that holds every answer against the OpenAPI document."""

import re
from functools import cache
from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from query_service.app import create_app
from query_service.document import Json, Operation, operations
from query_service.settings import Settings
from tests.query_service.fake_database import FakeDatabase


@cache
def document() -> Json:
    """The OpenAPI document; it is the same for every application."""
    return create_app(Settings(), FakeDatabase()).api_doc


@cache
def _operations() -> list[tuple[re.Pattern[str], Operation]]:
    """Each operation by the pattern of its path, those without parameters first."""
    found = sorted(operations(document()), key=lambda operation: operation.path.count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", o.path) + "/?"), o) for o in found]


def operation_of(path: str, method: str) -> Operation | None:
    """The operation that answers `path`, if the document has one."""
    for pattern, operation in _operations():
        if operation.method == method.lower() and pattern.fullmatch(path):
            return operation
    return None


@cache
def validator(reference: str) -> Draft202012Validator:
    """The validator of a schema of the document."""
    return Draft202012Validator({"$ref": reference, "components": document()["components"]})


def is_described(operation: Operation) -> bool:
    """Whether the route says what it answers."""
    return bool({"101", "200", "410", "501"} & operation.body["responses"].keys())


def check(operation: Operation, response: TestResponse) -> None:
    """Fail when the status, the media type or a field of an answer is not documented."""
    where = f"{operation.method} {operation.path} {response.status_code}"
    responses = operation.body["responses"]
    assert str(response.status_code) in responses, f"{where} is not in the OpenAPI document"
    content = responses[str(response.status_code)].get("content", {})
    assert response.mimetype in content, f"{where}: {response.mimetype} is not documented"
    schema = content[response.mimetype]["schema"]
    if "$ref" in schema and response.json is not None:
        errors = [
            f"{error.json_path}: {error.message[:300]}"
            for error in validator(schema["$ref"]).iter_errors(response.json)
        ]
        assert not errors, f"{where}: {errors[:5]}"


class CheckedClient(FlaskClient):
    """Checks every answer; one that tests a failure of the service itself (500) passes."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """The answer, as the document describes it."""
        response = super().open(*args, **kwargs)
        request = response.request
        operation = operation_of(request.path, request.method)
        if operation and is_described(operation) and response.status_code != 500:
            check(operation, response)
        return response
