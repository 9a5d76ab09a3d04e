"""Values out of JSON that may be anything: what is not as it should be is absent."""

import math
from typing import Any

_LONGEST = 256


def number(value: Any) -> float | None:
    """A number that is not negative."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) and 0 <= value < 1e18 else None


def whole(value: Any) -> int | None:
    """A number without fraction that is not negative."""
    found = number(value)
    return None if found is None or found != int(found) else int(found)


def text(value: Any) -> str | None:
    """A text that is not empty, cut to 256 characters."""
    return value[:_LONGEST] if isinstance(value, str) and value else None


def fields(value: Any) -> dict[str, Any]:
    """An object; empty for all else."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def present(attributes: dict[str, Any]) -> dict[str, Any]:
    """What is known of it."""
    return {name: value for name, value in attributes.items() if value not in (None, [])}
