"""`/api/v1/oracle`: the state of the system, as the observer saw it."""

from pathlib import Path
from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.oracle_source import UNKNOWN, Source, sources
from query_service.models.oracle_workload import CPU, MEMORY, POD, WORKLOADS, troubles, workload
from query_service.models.parameters.lists import AtQuery
from query_service.routes.context import Moment, bound, database, moment
from query_service.routes.oracle_llm import llm
from query_service.schemas.oracle import Llm, Workload

blueprint = APIBlueprint(
    "oracle", __name__, url_prefix="/api/v1/oracle", abp_tags=[Tag(name="Oracle")]
)
MOST = 20_000
"""So many Deployments, StatefulSets and pods are told of."""
KUBERNETES, MEASURED = "kubernetes", "kubernetes-metrics"
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
    asked = moment(query.at)
    known = _sources(asked)
    cluster = known.get(KUBERNETES, Source(KUBERNETES, UNKNOWN))
    told = [] if cluster.is_current else [f"{cluster.told}; workload is as it was seen last"]
    if (times := cluster.window) is None:
        return {"workload": [], "issues": [cluster.told]}
    between = {"since": bound(times[0]), "until": bound(times[1])}
    things, figures = database().together(
        ("oracle/things", {**between, "kinds": [POD, *WORKLOADS], "most": MOST + 1}),
        ("oracle/figures", {**between, "metrics": [CPU, MEMORY]}),
    )
    if len(things) > MOST:
        told.append(f"only the first {MOST:,} workloads and pods are told of")
    measured = known.get(MEASURED, Source(MEASURED, UNKNOWN))
    if not measured.is_current:
        figures = []
        if things and cluster.is_current:
            told.append(f"{measured.told}; cpu and memory of pods are not known")
    shown = things[:MOST]
    return {"workload": workload(shown, figures, cluster), "issues": [*told, *troubles(shown)]}


@blueprint.get("/llm", summary="Models", responses={200: Llm})
def models(query: AtQuery) -> dict[str, Any]:
    """The models that agents call, and how much of their limits is used."""
    asked = moment(query.at)
    told = llm(asked, _sources(asked))
    return {"litellm": told.models, "issues": told.issues}


def _sources(asked: Moment) -> dict[str, Source]:
    rows = database().rows("oracle/sources", {"at": asked.parameters["at"]})
    return sources(rows, asked.now)
