"""Deployments, StatefulSets and pods as the observer recorded them.

Whoever may send telemetry can send such records: what cannot be read is left out.
"""

from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, NonNegativeInt, ValidationError

from query_service.db import Row
from query_service.models.values import iso


def _time(text: object) -> str | None:
    """A time of Kubernetes as ours: UTC without a zone."""
    try:
        return iso(datetime.fromisoformat(str(text)))
    except (ValueError, OverflowError):
        return None


class Workload(BaseModel):
    """A Deployment or a StatefulSet."""

    desired: NonNegativeInt
    ready: NonNegativeInt = 0
    available: NonNegativeInt = 0
    images: list[str | None] = []
    max_cpu: str | None = None
    max_memory: str | None = None
    rolled_out_at: Annotated[str | None, BeforeValidator(_time)] = None
    problem: str | None = None
    marks: dict[str, str] = {}


class Container(BaseModel):
    """A container of a pod."""

    ready: bool = False
    last_reason: str | None = None


class Pod(BaseModel):
    """A pod."""

    phase: str = "Unknown"
    reason: str | None = None
    restarts: NonNegativeInt = 0
    node: str | None = None
    workload: str = ""
    workload_kind: str = ""
    containers: list[Container] = []


T = TypeVar("T", Workload, Pod)


def seen(kind: type[T], row: Row) -> T | None:
    """What was recorded of a thing; None when it cannot be read, or has no name."""
    try:
        return kind.model_validate_json(row["attributes"]) if row["name"] else None
    except ValidationError:
        return None
