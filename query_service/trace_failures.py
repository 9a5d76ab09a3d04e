"""Failures of one trace, worked out now: by two flat questions, where a nested one takes longer."""

from query_service.db import Database, Row, fits
from query_service.failures import MOST_REPORTS, parents_of
from query_service.models.failure import Failure, Report, failures, of_several_spans
from query_service.models.stored_rows import latest

Records = dict[str, Row]
"""What reports say, by their ids."""


def trace_failures(database: Database, trace_id: str) -> tuple[list[Failure], Records] | None:
    """The failures of a trace; None when there is too much to them. Raises Unavailable."""
    asked = {"trace_id": trace_id, "most": MOST_REPORTS + 1}
    rows = database.rows("errors/of_trace", asked)
    ids = sorted({row["error_id"] for row in rows})
    if len(rows) > MOST_REPORTS or not fits(ids):
        return None
    if not rows:
        return [], {}
    reports = [_report(row) for row in latest(rows, "error_id", "version")]
    several = of_several_spans(reports)
    found, parents = database.beside(
        lambda: database.rows("errors/records", {"ids": ids}),
        lambda: parents_of(database, several) if several else {},
    )
    # Some were reported again with another trace, and are of that one.
    records = {row["error_id"]: row for row in found if row["trace_id"] == trace_id}
    known = [report for report in reports if report.error_id in records]
    return None if parents is None else (failures(known, parents), records)


def _report(row: Row) -> Report:
    return Report(**{name: value for name, value in row.items() if name != "version"})
