"""What each detector says of itself: `detectors/<kind>/detector.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

FOLDER = Path(__file__).parents[1] / "detectors"
Severity = Literal["critical", "high", "medium", "low", "info"]
Category = Literal[
    "error",
    "performance",
    "rate_limit",
    "resource",
    "configuration",
    "connectivity",
    "timeout",
    "cost",
]


class Threshold(BaseModel):
    """A number that a detector decides by; the setting DETECT_<KIND>_<NAME>."""

    model_config = ConfigDict(extra="forbid")

    default: float = Field(ge=0)
    unit: str
    why: str


class Declaration(BaseModel):
    """A kind of finding. `title`, `fixes` and `verify` are filled in with the figures and facts of
    a finding, its `agent` (the one at fault) and its `subject`. `explains`: kinds that may be its
    consequence, in the first of its agents or in all; in those who wait for it; or of its tasks."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    category: Category = "error"
    severity: Severity
    title: str
    meaning: str
    fixes: list[str] = Field(min_length=1)
    verify: list[str] = Field(min_length=1)
    explains: list[str] = []
    concerns: Literal["first", "all"] = "first"
    thresholds: dict[str, Threshold] = {}

    def setting(self, threshold: str) -> str:
        """The environment variable of a threshold."""
        return f"DETECT_{self.kind}_{threshold}".upper()


@cache
def declarations() -> Mapping[str, Declaration]:
    """Every detector by its kind."""
    return {
        file.parent.name: Declaration(kind=file.parent.name, **tomllib.loads(file.read_text()))
        for file in sorted(FOLDER.glob("*/detector.toml"))
    }
