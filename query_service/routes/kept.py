"""Texts of open tasks: they do not change and are most of what an answer weighs, so that each is
read once."""

from collections.abc import Sequence

from query_service.db import Row, fits
from query_service.models.kept import Kept, Key
from query_service.routes.context import context, database

MOST_IN_LIST = 50
"""So many open tasks of each agent are listed."""
MOST_IDS = 3_000
"""Beyond, all are read."""


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
        ids = _missing(keys, texts)
        chosen = {"agent": agent, "all": not ids, "ids": ids}
        texts = _filled(kept, keys, texts, database().rows("queues/bodies_of", chosen))
    return [None if text is None else text.decode() for text in texts]


def _missing(keys: Sequence[Key], texts: Sequence[bytes | None]) -> list[str]:
    """The ids of those without a text, as a parameter; none when they are too many."""
    missing = {key[0] for key, text in zip(keys, texts, strict=True) if text is None}
    return sorted(missing) if len(missing) <= MOST_IDS and fits(missing) else []


def _filled(
    kept: Kept, keys: Sequence[Key], texts: Sequence[bytes | None], rows: Sequence[Row]
) -> list[bytes | None]:
    read = {(row["message_id"], row["value_hash"]): row["text"].encode() for row in rows}
    kept.put(read)
    return [read.get(key) if text is None else text for key, text in zip(keys, texts, strict=True)]
