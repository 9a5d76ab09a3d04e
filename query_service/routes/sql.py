"""`/api/v1/sql`: any question that has no endpoint of its own."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.access.roles import Role, needs
from query_service.routes.context import context
from query_service.schemas.sql import Statement, Table

blueprint = APIBlueprint("sql", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="SQL")])


@blueprint.post("/sql", summary="Ad hoc SQL", responses={200: Table})
@needs(Role.VIEWER)
def sql(body: Statement) -> dict[str, Any]:
    """Run one read-only statement: SELECT, WITH, EXPLAIN, SHOW, DESCRIBE or EXISTS, of the tables
    and views in docs/tables.md. The server limits its time, rows, bytes and memory. 422 with
    ClickHouse's message for a statement that is wrong, not allowed, or takes too much."""
    result = context().reader.rows(body.query, body.limit)
    return {
        "columns": result.columns,
        "rows": result.rows,
        "row_count": len(result.rows),
        "truncated": result.truncated_why is not None,
        "truncated_why": result.truncated_why,
        "elapsed_ms": result.elapsed_ms,
        "read_rows": result.read_rows,
    }
