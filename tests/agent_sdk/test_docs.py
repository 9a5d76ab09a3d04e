"""docs/sdk.md tells every setting and every public name."""

from pathlib import Path

import pytest

import agent_sdk
from agent_sdk import _attributes
from agent_sdk._settings import Settings

GUIDE = (Path(__file__).parents[2] / "docs" / "sdk.md").read_text(encoding="utf-8")
# Types of what the functions give: their docstrings serve better.
TYPES = {name for name in agent_sdk.__all__ if isinstance(getattr(agent_sdk, name), type)}
OWN_NAMES = [
    value
    for name, value in vars(_attributes).items()
    if name.isupper() and value.startswith("agent_telemetry.")
]


@pytest.mark.parametrize("name", OWN_NAMES)
def test_every_name_of_our_own_is_in_the_guide(name: str) -> None:
    assert f"`{name}`" in GUIDE


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_in_the_guide(setting: str) -> None:
    assert setting.upper() in GUIDE


@pytest.mark.parametrize("name", sorted(set(agent_sdk.__all__) - TYPES))
def test_every_function_is_in_the_guide(name: str) -> None:
    assert f"{name}(" in GUIDE


@pytest.mark.parametrize("name", sorted(agent_sdk.__all__))
def test_every_public_name_has_a_docstring(name: str) -> None:
    assert getattr(agent_sdk, name).__doc__
