"""What a live client wants to hear of."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictStr

from query_service.live.rows import LiveRow
from query_service.models.parameters.values import Kind
from query_service.models.values import normalise

Names = Annotated[tuple[StrictStr, ...], Field(max_length=1000)]
_Test = Callable[[LiveRow], bool]


class Subscription(BaseModel):
    """Filters that all have to hold; one that is empty lets everything pass.

    Two that ask for the same are equal, so that what passes is worked out once for both.
    """

    model_config = ConfigDict(frozen=True)

    trace_ids: Names = ()
    agent_names: Names = ()
    event_types: Names = ()
    kinds: Annotated[tuple[Kind, ...], Field(max_length=1000)] = ()
    severities: Names = ()
    text: Annotated[StrictStr, Field(max_length=1000)] = ""

    def select(self, rows: Sequence[LiveRow]) -> Sequence[LiveRow]:
        """Those of the rows that pass."""
        for test in self._tests:
            rows = [row for row in rows if test(row)]
        return rows

    @cached_property
    def _tests(self) -> list[_Test]:
        """One for each filter that is not empty, the cheap ones first."""
        tests: list[_Test] = []
        if kinds := frozenset(self.kinds):
            tests.append(lambda row: row.kind in kinds)
        if traces := frozenset(self.trace_ids):
            tests.append(lambda row: row.trace_id in traces)
        if agents := frozenset(normalise(name) for name in self.agent_names):
            tests.append(lambda row: not agents.isdisjoint(row.agents))
        if severities := frozenset(name.lower() for name in self.severities):
            tests.append(lambda row: row.severity in severities)
        if types := frozenset(self.event_types):
            tests.append(lambda row: not types.isdisjoint(row.types))
        if text := self.text.lower():
            tests.append(lambda row: text in row.text)
        return tests
