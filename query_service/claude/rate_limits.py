"""How much of the limits of models is used."""

from typing import Any

from query_service.oracle import llm
from query_service.oracle.sources import known_sources
from query_service.routes.context import Moment

Json = dict[str, Any]
NEAR, REACHED = 80, 95
"""Percent of a limit: from then on it is near, and reached."""


def find(asked: Moment) -> Json:
    """The models, those nearest to their limits first."""
    models = [_told(item) for item in llm.find(asked, known_sources(asked)).items]
    models.sort(key=lambda one: (-_most(one), one["model"], one["provider"]))
    worst = max(map(_most, models), default=0)
    status = "limited" if worst >= REACHED else "warning" if worst > NEAR else "ok"
    limited = any(one["is_limited"] for one in models)
    return {"status": status, "any_limited": limited, "models": models}


def _told(item: Json) -> Json:
    told = {
        "model": item["model"],
        "provider": item["provider"],
        "tpm": _use(item["tpm"], item["tpm_max"]),
        "rpm": _use(item["rpm"], item["rpm_max"]),
    }
    return {**told, "is_limited": _most(told) >= REACHED, "estimated_reset_seconds": None}


def _use(used: float | None, limit: float | None) -> Json:
    share = round(100 * used / limit, 2) if used is not None and limit else None
    return {"used": used, "limit": limit, "percentage": share}


def _most(told: Json) -> float:
    return max(told["tpm"]["percentage"] or 0, told["rpm"]["percentage"] or 0)
