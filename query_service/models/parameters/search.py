"""Parameters of the search."""

from typing import Annotated, Literal

from pydantic import Field

from query_service.models.parameters.lists import ListQuery
from query_service.models.parameters.values import SearchKind, example


class SearchQuery(ListQuery):
    """What to look for."""

    q: Annotated[str, example("draft about tea")] = Field(
        min_length=1, max_length=200, description="Words, or an id or its first 8 characters"
    )
    kinds: list[SearchKind] | None = Field(None, description="Only these kinds, repeated")
    sort: Literal["relevance", "time"] = Field(
        "relevance", description="What has `q` as its id first, or all newest first"
    )
    limit: int = Field(20, ge=1, le=100, description="Most things")
