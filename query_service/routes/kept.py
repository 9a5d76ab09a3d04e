"""Texts of open tasks: they do not change and are most of what an answer weighs, so that each is
read once."""

from collections.abc import Sequence
from typing import Any

from query_service.db import Row, fits
from query_service.models.kept import Kept, Key
from query_service.routes.context import context, database

MOST_IN_LIST = 50
"""So many open tasks of each agent are listed."""
MOST_IDS = 3_000
"""More are not bound."""


def listed_texts(keys: Sequence[Key], left_out: list[int]) -> list[bytes | None]:
    """Of the oldest open tasks of agents each as JSON but for what changes; None when it is gone
    from the table."""
    kept = context().listed
    texts = kept.of(keys)
    if None not in texts:
        return texts
    if ids := _missing(keys, texts):
        return _filled(kept, keys, texts, database().rows("queues/listed_of", {"ids": ids}))
    chosen = {"left_out": left_out, "limit": MOST_IN_LIST}
    return _filled(kept, keys, texts, database().rows("queues/listed_first", chosen))


def bodies(agent: str, keys: Sequence[Key]) -> list[str | None]:
    """Of open tasks of an agent each as it came; None when it is gone from the table."""
    kept = context().bodies
    texts = kept.of(keys)
    if None in texts:
        rows = database().rows(*_bodies_query(agent, keys, texts))
        texts = _filled(kept, keys, texts, rows)
    return [None if text is None else text.decode() for text in texts]


def _bodies_query(
    agent: str, keys: Sequence[Key], texts: Sequence[bytes | None]
) -> tuple[str, dict[str, Any]]:
    if ids := _missing(keys, texts):
        return "queues/bodies_of", {"agent": agent, "ids": ids}
    hashes = sorted({key[1] for key, text in zip(keys, texts, strict=True) if text is None})
    half = len(hashes) // 2
    return "queues/bodies_of_many", {"agent": agent, "hashes": hashes[:half], "more": hashes[half:]}


def _missing(keys: Sequence[Key], texts: Sequence[bytes | None]) -> list[str]:
    """The ids of those without a text, as a parameter; none when they are too many."""
    missing = {key[0] for key, text in zip(keys, texts, strict=True) if text is None}
    return sorted(missing) if len(missing) <= MOST_IDS and fits(missing) else []


def _filled(
    kept: Kept[bytes], keys: Sequence[Key], texts: Sequence[bytes | None], rows: Sequence[Row]
) -> list[bytes | None]:
    read = {(row["message_id"], row["value_hash"]): row["text"].encode() for row in rows}
    kept.put(read)
    return [read.get(key) if text is None else text for key, text in zip(keys, texts, strict=True)]
