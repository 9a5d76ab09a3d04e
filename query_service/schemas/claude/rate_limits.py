"""Limits of models."""

from typing import Literal

from query_service.schemas.base import Answer, field


class Use(Answer):
    """Use of a limit."""

    used: float | None = field("In the last minute; null: nobody tells", 1200.0)
    limit: float | None = field("May be used in a minute; null: nobody tells", 100000.0)
    percentage: float | None = field("Of the limit", 1.2)


class ModelLimits(Answer):
    """Limits of a model."""

    model: str = field("Its name", "gpt-5")
    provider: str = field("Whose it is", "openai")
    tpm: Use = field("Tokens in a minute")
    rpm: Use = field("Requests in a minute")
    is_limited: bool = field("95 % of a limit or more are used")
    estimated_reset_seconds: float | None = field("Null: no gateway tells it", None)


class RateLimits(Answer):
    """Models at their limits."""

    status: Literal["ok", "warning", "limited"] = field("warning above 80 %, limited from 95 %")
    any_limited: bool = field("Whether a model is at its limit")
    models: list[ModelLimits] = field("Models, nearest to their limits first")


class DiagnosedLimits(Answer):
    """Limits in a diagnosis."""

    status: list[ModelLimits] = field("Models, nearest to their limits first")
    any_limited: bool = field("Whether a model is at its limit")
