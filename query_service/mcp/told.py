"""What a tool tells: markdown within a number of tokens, or the same as JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError

from query_service.claude.budget import tokens

USUAL, MOST, LEAST = 4_000, 20_000, 300


@dataclass(frozen=True)
class Told:
    """`title` says what of what, `lines` are the answer in order of weight, `following` the next
    useful calls, complete; `data` is the same for who wants JSON."""

    title: str
    lines: Sequence[str]
    following: Sequence[str]
    data: Any = field(repr=False)

    def text(self, most: int, form: str) -> str:
        """As markdown or JSON. Raises ToolError for JSON that does not fit."""
        if form == "json":
            text = json.dumps(self.data, separators=(",", ":"), ensure_ascii=False)
            if tokens(text) > most:
                raise ToolError(
                    f"The JSON has about {tokens(text):,} tokens, more than {most:,}: ask for "
                    f"less, give max_tokens (at most {MOST:,}), or take markdown, which is cut"
                )
            return text
        return self._markdown(most)

    def _markdown(self, most: int) -> str:
        end = ["", *(f"Next: {call}" for call in self.following)]
        head = f"# {self.title}\n"
        room = most - tokens(head) - tokens("\n".join(end)) - 40
        shown: list[str] = []
        for line in self.lines:
            room -= tokens(line + "\n")
            if room < 0:
                break
            shown.append(line)
        if omitted := len(self.lines) - len(shown):
            shown.append(
                f"… {omitted} lines left out: raise max_tokens (now {most}) or ask for less"
            )
        return "\n".join([head, *shown, *end])


def short(text: Any, most: int = 160) -> str:
    """A value on one line, not longer."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else f"{line[:most]}…"


def seconds(value: float | None) -> str:
    """So long, in words; a question mark when it is not known."""
    if value is None:
        return "?"
    if abs(value) < 120:
        return f"{value:.3g} s"
    return f"{value / 60:.3g} min" if abs(value) < 7200 else f"{value / 3600:.3g} h"


def call(tool: str, **arguments: Any) -> str:
    """A call of a tool as it is made."""
    given = ", ".join(f"{n}={json.dumps(v)}" for n, v in arguments.items() if v is not None)
    return f"{tool}({given})"
