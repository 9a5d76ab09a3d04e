"""`/api/v1/oracle`: the state of the system, as the observer and telemetry tell it."""

import json
from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models import RawModel
from flask_openapi3.models.tag import Tag

from query_service.access.roles import Role, needs
from query_service.errors import InvalidParameter
from query_service.models.parameters.lists import AtQuery
from query_service.models.parameters.oracle import StateQuery
from query_service.models.values import iso
from query_service.oracle import agents, llm, queues, state, workload
from query_service.oracle.section import Find
from query_service.oracle.sources import known_sources
from query_service.oracle.text import log
from query_service.oracle.validate import SCHEMA, validated
from query_service.routes.context import context, moment
from query_service.schemas.oracle import Llm, Workload
from query_service.schemas.oracle_state import (
    AnyState,
    Issues,
    OracleAgents,
    OracleQueues,
    Validation,
)

blueprint = APIBlueprint(
    "oracle", __name__, url_prefix="/api/v1/oracle", abp_tags=[Tag(name="Oracle")]
)
_SCHEMA = SCHEMA.read_bytes()
_EXAMPLE = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_JSON = {"application/schema+json": {"schema": {"type": "object", "example": _EXAMPLE}}}


@blueprint.get("/state", summary="The whole state", responses={200: AnyState})
def whole(query: StateQuery) -> dict[str, Any]:
    """What agents, workload, queues and models are doing, or were at a time. As JSON it has the
    schema of `/oracle/schema`, and nothing else unless `strict` is false."""
    found = state.find(moment(query.at))
    if query.format == "log":
        return {"log": log(found)}
    if query.format == "summary":
        told = {"issues": found.issues, "status": found.status}
        return {**found.counts, **told, "generated_at": iso(found.now)}
    settings = context().settings
    return found.told(settings.oracle_strict_schema if query.strict is None else query.strict)


@blueprint.get("/schema", summary="The schema of the state", responses={200: {"content": _JSON}})
def schema() -> Response:
    """The JSON Schema (draft 2020-12) of the state, as it is in its file."""
    return Response(_SCHEMA, mimetype="application/schema+json")


@blueprint.get("/validate", summary="Validate the state", responses={200: Validation})
def validate() -> dict[str, Any]:
    """Whether the state of now has its schema."""
    return validated(state.find(moment(None)).told(strict=True))


@blueprint.post("/validate", summary="Validate a document", responses={200: Validation})
@needs(Role.VIEWER)
def validate_document(raw: RawModel) -> dict[str, Any]:
    """Whether a document has the schema of the state, and where not. 422 when it is no JSON."""
    try:
        return validated(json.loads(raw.get_data(), parse_constant=_no_number))
    except ValueError as error:
        raise InvalidParameter("body", f"is no JSON: {error}") from error


def _no_number(name: str) -> None:
    raise ValueError(f"it has no number {name}")


@blueprint.get("/issues", summary="What is wrong", responses={200: Issues})
def issues(query: AtQuery) -> dict[str, Any]:
    """What does not run as it should, and what is not known or not shown, with the reason."""
    found = state.find(moment(query.at))
    counts = {name: found.counts[name] for name in ("agent_count", "active_tasks", "queued_tasks")}
    return {
        "status": found.status,
        "issues": found.issues,
        "unknown": found.unknown,
        "sources": found.sources,
        **counts,
    }


@blueprint.get("/agents", summary="Agents of the state", responses={200: OracleAgents})
def some_agents(query: AtQuery) -> dict[str, Any]:
    """Agents with what they are at: ORACLE_DISCOVERY_MODE says who is one."""
    return _told("agents", agents.find, query)


@blueprint.get("/workload", summary="Deployments and pods", responses={200: Workload})
def workloads(query: AtQuery) -> dict[str, Any]:
    """What runs in the namespaces that are watched; empty, with the reason, when none is."""
    return _told("workload", workload.find, query)


@blueprint.get("/queues", summary="Queues of the state", responses={200: OracleQueues})
def some_queues(query: AtQuery) -> dict[str, Any]:
    """Queues with their oldest pending tasks, and what these wait for."""
    return _told("queues", queues.find, query)


@blueprint.get("/llm", summary="Models", responses={200: Llm})
def models(query: AtQuery) -> dict[str, Any]:
    """The models that agents call, and how much of their limits is used."""
    return _told("litellm", llm.find, query)


def _told(name: str, find: Find, query: AtQuery) -> dict[str, Any]:
    asked = moment(query.at)
    found = find(asked, known_sources(asked))
    return {name: found.items, "issues": found.issues, "unknown": found.unknown}
