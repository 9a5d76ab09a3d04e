"""Roles, and how a route says which one it needs."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from flask import Flask, g

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "needed_role"


class Role(StrEnum):
    """What a key may do: a viewer reads; an operator does whatever there is."""

    VIEWER = "viewer"
    OPERATOR = "operator"

    def allows(self, needed: "Role") -> bool:
        """Whether who has this role may do what needs the other."""
        return self is Role.OPERATOR or self is needed


class Caller(NamedTuple):
    """Who asks: the name of the key, or anonymous where no keys are needed."""

    name: str
    role: Role


def needs(role: Role) -> Callable[[View], View]:
    """Let a route need this role, whatever its method; stands below the route's decorator."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, role)
        return view

    return mark


def public(view: View) -> View:
    """Let a route be answered without a key: it tells nothing that was recorded."""
    setattr(view, _ATTRIBUTE, None)
    return view


def needed(app: Flask, endpoint: str | None, method: str) -> Role | None:
    """The role that a route needs; None for a public one.

    Reading is for viewers, everything else for operators, unless the route says otherwise. What
    has no route is answered (404, 405) to viewers. OPTIONS, which browsers ask without a key,
    tells no more than which methods there are.
    """
    if method == "OPTIONS":
        return None
    default = Role.VIEWER if endpoint is None or method in ("GET", "HEAD") else Role.OPERATOR
    found: Role | None = getattr(app.view_functions.get(endpoint or ""), _ATTRIBUTE, default)
    return found


def caller() -> Caller:
    """Who sent the request that is being answered."""
    found: Caller = g.caller
    return found
