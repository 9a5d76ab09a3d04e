"""Requests made up from the OpenAPI document: no 5xx, no answer that it does not describe."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from query_service.document import operations
from tests.query_service.checked_client import document, is_described
from tests.query_service.whole_service import whole_service

CASES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# What answers 501 on purpose, needs Kafka or the Collector, or never ends.
LEFT_OUT = (
    "/api/v1/sampling/",
    "/api/v1/debug/",
    "/health",
    "/api/v1/otlp/",
    "/api/v1/events/stream",
    "/ws/",
)
ASKED = [o for o in operations(document()) if not o.path.startswith(LEFT_OUT) and is_described(o)]
# Only what takes something can be sent something wrong.
CALLS = [
    (f"{o.method.upper()} {o.path}", mode)
    for o in ASKED
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or o.parameters or "requestBody" in o.body
]


@pytest.fixture(scope="module")
def api(embedded_clickhouse: str) -> Iterator[BaseSchema]:
    """The operations of the service over recorded traffic."""
    with whole_service(embedded_clickhouse) as app:
        yield schemathesis.openapi.from_wsgi("/openapi.json", app)


@pytest.mark.parametrize(("label", "mode"), CALLS)
def test_answers_are_as_documented(api: BaseSchema, label: str, mode: GenerationMode) -> None:
    operation = api.find_operation_by_label(label)
    assert operation is not None

    @settings(max_examples=CASES, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def asks(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS)

    asks()
