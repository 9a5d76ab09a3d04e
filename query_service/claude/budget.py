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
    first on. `how` says how to get what was left out, in a line."""
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
        note = f"Left out or shortened for {most:,} tokens: "
        names = list(dict.fromkeys(cut))
        while tokens(f"{note}{_named(cut, names)}. {how}") > _NOTE and names:
            names.pop()
        lines.append(f"{note}{_named(cut, names)}. {how}")
    return "\n".join(lines)


def _named(cut: Sequence[str], names: Sequence[str]) -> str:
    """Some by their names, and how many others there are."""
    more = len(set(cut)) - len(names)
    return ", ".join([*names, *[f"{more} more"] * bool(more)])
