"""Completes the OpenAPI document that flask-openapi3 makes of the routes.

A route declares `responses={200: Schema}`. Added here, to every operation alike: the problems that
it can answer, who may ask, and an example of each parameter, request body and answer.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from query_service.access.roles import Role
from query_service.models.problem import problem

Json = dict[str, Any]
Roles = dict[tuple[str, str], Role | None]  # by path and method; None: public
METHODS = ("get", "post", "put", "patch", "delete")
_SCHEMAS = "#/components/schemas/"


class Operation(NamedTuple):
    """One method of one path, with its part of the document."""

    path: str
    method: str
    body: Json

    @property
    def parameters(self) -> list[Json]:
        """Its parameters in path and query."""
        found: list[Json] = self.body.get("parameters", [])
        return found


def operations(document: Json) -> list[Operation]:
    """Every operation of the document."""
    return [
        Operation(path, method, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def complete(document: Json, roles: Roles) -> Json:
    """The document with problems and examples, and without what flask-openapi3 gets wrong."""
    schemas = document["components"]["schemas"]
    # flask-openapi3 also has a null here, which is not allowed.
    document["components"] = {"schemas": schemas, "securitySchemes": _SCHEMES}
    for operation in operations(document):
        role = roles[operation.path, operation.method]
        _mend_parameters(operation)
        _add_problems(operation, role)
        _add_security(operation, role)
        for content in _contents(operation.body):
            content.setdefault("example", example(content["schema"], schemas))
    for schema in _schemas(document):
        _mend_schema(schema)
    return document


def example(schema: Json, schemas: dict[str, Json]) -> Any:
    """An example of a schema, made of the examples of its parts.

    Raises LookupError, which names the part, when one has none.
    """
    if "example" in schema:
        return schema["example"]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("default") is not None:
        return schema["default"]
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_SCHEMAS)
        return example(schemas[name], schemas)
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return example(schema[several][0], schemas)
    if schema.get("type") == "array":
        return [example(schema["items"], schemas)]
    if "properties" in schema:
        return {
            name: _of_property(name, part, schema, schemas)
            for name, part in schema["properties"].items()
        }
    if schema.get("type") in ("boolean", "object"):
        return {} if schema["type"] == "object" else False
    raise LookupError("it has no example")


def _of_property(name: str, part: Json, whole: Json, schemas: dict[str, Json]) -> Any:
    try:
        return example(part, schemas)
    except LookupError as error:
        raise LookupError(f"{whole.get('title')}.{name}: {error}") from error


def _mend_parameters(operation: Operation) -> None:
    """A parameter that may be left out is no parameter that may be null; each has an example."""
    for parameter in operation.parameters:
        schema = parameter["schema"]
        alternatives = [s for s in schema.pop("anyOf", []) if s != {"type": "null"}]
        if len(alternatives) == 1:
            schema |= alternatives[0]
        elif alternatives:
            schema["anyOf"] = alternatives
        if schema.get("default", ...) is None:
            del schema["default"]
        if parameter["in"] == "path":
            schema |= {"minLength": 1, "pattern": "^[^/]+$"}
        try:
            parameter["example"] = example(schema, {})
        except LookupError as error:
            raise LookupError(f"{operation.path}: {parameter['name']}: {error}") from error


def _add_security(operation: Operation, role: Role | None) -> None:
    """Who may ask. Where the service has no keys none is needed, which the `{}` says."""
    scopes = [] if role is None else [role.value]
    operation.body["security"] = [] if role is None else [{n: scopes} for n in _SCHEMES] + [{}]


def _add_problems(operation: Operation, role: Role | None) -> None:
    """What every operation of its kind can answer beside 200."""
    responses = operation.body["responses"]
    del responses["422"]  # of flask-openapi3, in another form
    statuses = {
        "401": role is not None,
        "403": role is not None,
        "413": True,
        "429": True,
        "404": "{" in operation.path,
        "410": "410" in responses,
        "422": bool(operation.parameters) or "requestBody" in operation.body,
        "426": "426" in responses,
        "501": "501" in responses,
        "503": operation.path.startswith("/api/") and "200" in responses,
    }
    for status in sorted(status for status, can in statuses.items() if can):
        responses[status] = _PROBLEMS[status]


def _problem(status: int, title: str, when: str, detail: str, **more: Any) -> Json:
    body = problem(status, title, detail, "/api/v1/errors/e1", more.pop("errors", None))
    content = {"schema": {"$ref": f"{_SCHEMAS}Problem"}, "example": body}
    return {"description": when, "content": {"application/problem+json": content}, **more}


_LIMIT = "Input should be less than or equal to 500"
_RETRY = {
    "Retry-After": {
        "description": "When to try again, s",
        "schema": {"type": "integer"},
        "example": 2,
    }
}
_SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of the role that the operation names",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "The same key in a header of its own",
    },
}
_PROBLEMS: dict[str, Json] = {
    "401": _problem(
        401,
        "Unauthorized",
        "The service has keys, and none that it knows was sent",
        "A key is needed: send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`",
        headers={
            "WWW-Authenticate": {
                "description": "How to send a key",
                "schema": {"type": "string"},
                "example": 'Bearer realm="agent-telemetry"',
            }
        },
    ),
    "403": _problem(
        403,
        "Forbidden",
        "The key's role does not allow it, or a page of another origin asks",
        "This needs the role operator",
    ),
    "413": _problem(
        413,
        "Body too large",
        "The body of the request is too large",
        "A body may have 1048576 bytes (QUERY_MAX_BODY_BYTES)",
    ),
    "429": _problem(
        429,
        "Too many requests",
        "This key, or address, asks more often than is allowed",
        "More than 12000 per 1 minute; try again in 12 s",
        headers=_RETRY,
    ),
    "404": _problem(404, "Not found", "Nobody has seen this id", "Error e1 not found"),
    "410": _problem(
        410, "Gone", "It made sense in the earlier system only", "Nothing is held back: GET /health"
    ),
    "422": _problem(
        422,
        "Invalid parameter",
        "A parameter has a value that is not allowed; `errors` names each",
        f"limit: {_LIMIT}",
        errors=[{"parameter": "limit", "detail": _LIMIT, "input": "501"}],
    ),
    "426": _problem(
        426,
        "Upgrade required",
        "It is no handshake of a WebSocket",
        "/ws/debug/me is a WebSocket: connect to it as one",
        headers={
            "Upgrade": {
                "description": "To what",
                "schema": {"type": "string"},
                "example": "websocket",
            }
        },
    ),
    "501": _problem(
        501, "Not implemented", "It is still to come", "Nothing is sampled: every span is kept"
    ),
    "503": _problem(
        503,
        "Unavailable",
        "ClickHouse or Kafka is away, ClickHouse not migrated or has too much to do",
        "ClickHouse does not answer: is it running?",
        headers=_RETRY,
    ),
}


def _contents(body: Json) -> Iterator[Json]:
    """Every content of an operation: of its request body and its answers."""
    for holder in (body.get("requestBody", {}), *body["responses"].values()):
        yield from holder.get("content", {}).values()


def _schemas(document: Json) -> Iterator[Json]:
    """Every schema of the document, the parts of others too."""
    waiting: list[Json] = list(document["components"]["schemas"].values())
    for operation in operations(document):
        waiting += [parameter["schema"] for parameter in operation.parameters]
        waiting += [content["schema"] for content in _contents(operation.body)]
    while waiting:
        schema = waiting.pop()
        yield schema
        waiting += schema.get("properties", {}).values()
        waiting += [s for several in ("anyOf", "oneOf", "allOf") for s in schema.get(several, [])]
        waiting += [
            schema[one]
            for one in ("items", "additionalProperties")
            if isinstance(schema.get(one), dict)
        ]


def _mend_schema(schema: Json) -> None:
    """Words of JSON Schema 2020-12, which is what OpenAPI 3.1 has."""
    schema.pop("title", None)  # the name of the field again
    if "example" in schema:
        schema["examples"] = [schema.pop("example")]
    if schema.get("default", ...) is None:
        del schema["default"]
