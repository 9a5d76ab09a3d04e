"""Deployments, StatefulSets, pods and models as the observer recorded them.

Whoever may send telemetry can send such records: what cannot be read is left out.
"""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, NonNegativeInt, ValidationError

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


Amount = Annotated[float, Field(ge=0, le=1e18)]


class Model(BaseModel):
    """A deployment of a gateway's model, or a model of a server."""

    model: str | None = None
    provider: str | None = None
    payment_type: Literal["prepaid", "postpaid", "free"] | None = None
    tpm_max: Amount | None = None
    rpm_max: Amount | None = None
    input_context: NonNegativeInt | None = None
    output_context: NonNegativeInt | None = None
    output_dim: NonNegativeInt | None = None
    input_types: list[str] = []
    output_types: list[str] = []
    size: Amount | None = None
    parameter_size: str | None = None
    quantization: str | None = None
    modified_at: Annotated[str | None, BeforeValidator(_time)] = None
    loaded: bool | None = None
    loaded_size: Amount | None = None
    vram_size: Amount | None = None
    loaded_context: NonNegativeInt | None = None
    expires_at: Annotated[str | None, BeforeValidator(_time)] = None


_LONG = 4_000
T = TypeVar("T", Workload, Pod, Model)


def seen(kind: type[T], row: Row) -> T | None:
    """What was recorded of a thing; None when it cannot be read, or has no name."""
    if not row["name"]:
        return None
    attributes = row["attributes"]
    return (_known if len(attributes) < _LONG else _read)(kind, attributes)


def _read(kind: type[T], attributes: str) -> T | None:
    try:
        return kind.model_validate_json(attributes)
    except ValidationError:
        return None


_known = lru_cache(maxsize=4_000)(_read)
"""Each is recorded again every minute."""
