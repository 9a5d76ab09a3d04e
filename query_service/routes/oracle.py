"""`/api/v1/oracle`: the state of the system, as the observer saw it."""

from pathlib import Path
from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.parameters.lists import AtQuery
from query_service.oracle import llm, workload
from query_service.oracle.section import Find
from query_service.oracle.sources import known_sources
from query_service.routes.context import moment
from query_service.schemas.oracle import Llm, Workload

blueprint = APIBlueprint(
    "oracle", __name__, url_prefix="/api/v1/oracle", abp_tags=[Tag(name="Oracle")]
)
SCHEMA = Path(__file__).parents[1] / "schemas" / "oracle_state.v2.json"
_SCHEMA = SCHEMA.read_bytes()
_EXAMPLE = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
_JSON = {"application/schema+json": {"schema": {"type": "object", "example": _EXAMPLE}}}


@blueprint.get("/schema", summary="The schema of the state", responses={200: {"content": _JSON}})
def schema() -> Response:
    """The JSON Schema (draft 2020-12) of the state, as it is in its file."""
    return Response(_SCHEMA, mimetype="application/schema+json")


@blueprint.get("/workload", summary="Deployments and pods", responses={200: Workload})
def workloads(query: AtQuery) -> dict[str, Any]:
    """What runs in the namespaces that are watched; empty, with the reason, when none is."""
    return _told("workload", workload.find, query)


@blueprint.get("/llm", summary="Models", responses={200: Llm})
def models(query: AtQuery) -> dict[str, Any]:
    """The models that agents call, and how much of their limits is used."""
    return _told("litellm", llm.find, query)


def _told(name: str, find: Find, query: AtQuery) -> dict[str, Any]:
    asked = moment(query.at)
    found = find(asked, known_sources(asked))
    return {name: found.items, "issues": found.issues, "unknown": found.unknown}
