"""Texts that stay within a number of tokens, and say what they left out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

BYTES_A_TOKEN = 3
"""Tokenizers of today take 3.5 to 4.5 bytes of English, and about 3 of ids and figures."""
_NOTE = 120
"""Tokens kept for the note about what was left out."""


def tokens(text: str) -> int:
    """About how many tokens a text has, rather too many."""
    return math.ceil(len(text.encode(errors="replace")) / BYTES_A_TOKEN)


@dataclass(frozen=True)
class Block:
    """A part of a text: whole, or `short` where there is no room. What is empty when short is left
    out then, by its `name`."""

    name: str
    text: str
    short: str = ""


def fitted(blocks: Sequence[Block], most: int, how: str) -> str:
    """The blocks in their order, within so many tokens: short ones first, then whole ones from the
    first on. `how` says how to get what was left out."""
    room = most - _NOTE
    shown: list[str | None] = []
    for block in blocks:
        cost = tokens(block.short + "\n")
        shown.append(block.short if cost <= room else None)
        room -= cost if shown[-1] is not None else 0
    for number, block in enumerate(blocks):
        more = tokens(block.text + "\n") - tokens(block.short + "\n")
        if shown[number] is not None and more <= room:
            shown[number] = block.text
            room -= more
    cut = [b.name for b, text in zip(blocks, shown, strict=True) if text is None or text != b.text]
    lines = [text for text in shown if text]
    if cut:
        named = ", ".join(dict.fromkeys(cut[:5])) + (f" and {len(cut) - 5} more" * (len(cut) > 5))
        lines.append(f"Left out or shortened for {most:,} tokens: {named}. {how}"[: 2 * _NOTE])
    return "\n".join(lines)
