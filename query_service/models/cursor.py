"""Cursors: where a page ended, so that the next one goes on there."""

import base64
from typing import Self

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from query_service.errors import InvalidParameter


class Cursor(BaseModel):
    """The last row of a page by its immutable time and id, and the snapshot the pages share.

    Times of rows are Unix ns: a Python datetime would cut them.
    """

    at: AwareDatetime
    arrived_until: int = Field(ge=0, lt=2**63)
    after_time: int = Field(ge=0, lt=2**63)
    after_id: str

    def encode(self) -> str:
        """The cursor as text for a URL."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode()

    @classmethod
    def decode(cls, text: str) -> Self:
        """The cursor of `next_cursor`. Raises InvalidParameter when it is none."""
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(text.encode()))
        except (ValueError, ValidationError) as error:
            raise InvalidParameter("cursor", "takes the next_cursor of the page before") from error
