"""Groups of failures, and what they say."""

from collections.abc import Iterable
from typing import Any

from query_service.db import Row
from query_service.failures import LIVE, Standing
from query_service.models.error import error
from query_service.models.error_group_rows import with_changed
from query_service.routes.context import database

MOST = 2_000
"""Groups that are put together here."""
_NO_TEXT = {
    "message": "",
    "sample_id": "",
}  # a report that came meanwhile, or retention, made it another


def page_rows(now: Standing, parameters: Row) -> list[Row]:
    """A page of groups. With failures that were worked out now all groups are asked for: which of
    them are on the page is known only with those."""
    if not now.changed:
        return database().rows("errors/groups", parameters)
    whole = {"is_part": 1, "after_id": "", "limit": MOST + 1}
    rows = database().rows("errors/groups", {**parameters, **whole})
    if len(rows) > MOST:
        return database().rows("errors/groups", {**parameters, **Standing(LIVE).parameters})
    return with_changed(rows, now.changed, parameters)


def with_texts(rows: list[Row], asked: Row) -> list[Row]:
    """The rows, each with its latest failure, and the message of its first one: reading the texts
    of all failures to count them takes longer than everything else."""
    if not rows:
        return []
    if asked["is_live"]:
        said, records = database().together(
            ("errors/messages", {"ids": [row["first_id"] for row in rows]}),
            _records(row["sample_id"] for row in rows),
        )
        messages = {row["error_id"]: row for row in said}
        texts = {row["fingerprint"]: messages.get(row["first_id"], {}) for row in rows}
    else:
        times = [time for row in rows for time in row["text_times"]]
        groups = [row["fingerprint"] for row in rows]
        said = database().rows("errors/group_texts", {**asked, "times": times, "groups": groups})
        texts = {row["fingerprint"]: row for row in said}
        records = database().rows(*_records(row["sample_id"] for row in said))
    samples = {row["error_id"]: row for row in records}
    found = [{**_NO_TEXT, **row, **texts.get(row["fingerprint"], {})} for row in rows]
    return [{**row, "sample": _sample(row, samples.get(row["sample_id"]))} for row in found]


def _records(ids: Iterable[str]) -> tuple[str, Row]:
    return "errors/records", {"ids": list(ids)}


def _sample(group: Row, record: Row | None) -> dict[str, Any] | None:
    one = {"failure_id": group["sample_id"], "reports": 1, "report_ids": [group["sample_id"]]}
    return error({**one, "fingerprint": group["fingerprint"], **record}) if record else None
