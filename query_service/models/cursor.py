"""Cursors: where a page ended, so that the next one goes on there."""

import base64
import re
from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError

from query_service.errors import InvalidParameter
from query_service.models.values import utc

END = 2**63 - 1
"""After every time, ns."""
# Of other times rates and windows would lie outside of what a datetime holds.
_Clock = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=datetime(2100, 1, 1, tzinfo=UTC)),
    AfterValidator(utc),
]


class Cursor(BaseModel):
    """The last row of a page by its immutable time and id, and what all pages of a list share.

    `at` and `now` are those of the first page; `arrived_until` leaves out rows that came after it,
    for lists whose order they could change. Times of rows are Unix ns: a datetime would cut them.
    `sort` is the order that it belongs to; `after_value` is what the row has there beside its time.
    `of` tells lists and filters apart; it is empty in cursors of earlier versions.
    """

    at: _Clock
    now: _Clock
    arrived_until: int = Field(END, ge=0, le=END)
    after_time: int = Field(END, ge=0, le=END)
    after_id: str = ""
    after_value: int = Field(0, ge=-END, le=END)
    sort: str = ""
    of: str = ""

    @property
    def is_turned(self) -> bool:
        """Whether the order is turned around."""
        return self.sort.startswith("-")

    @property
    def turn(self) -> dict[str, int]:
        """The parameter `turn` of the SQL files: -1 when the order is turned around."""
        return {"turn": -1 if self.is_turned else 1}

    @property
    def after_number(self) -> int:
        """The id of the row where ids are numbers, 0 at the beginning. Raises InvalidParameter."""
        is_number = re.fullmatch(r"\d{0,20}", self.after_id, re.ASCII)
        number = int(self.after_id or 0) if is_number else 2**64
        if number >= 2**64:
            raise _no_cursor()
        return number

    def encode(self) -> str:
        """The cursor as text for a URL."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor of `next_cursor`. Raises InvalidParameter when it is none."""
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(text.encode()))
        except (ValueError, ValidationError) as error:
            raise _no_cursor() from error


def _no_cursor() -> InvalidParameter:
    return InvalidParameter("cursor", "takes the next_cursor of the page before")
