"""Where the statement ends and the data of an INSERT begins."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"""(?P<skip>\s+|--[^\n]*|\#[^\n]*|/\*.*?\*/)
    |'(?:[^'\\]|\\.|'')*'|`(?:[^`\\]|\\.|``)*`|"(?:[^"\\]|\\.|"")*"
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)|.""",
    re.VERBOSE | re.DOTALL,
)
_NAME_FOLLOWS = {b"INTO", b"TABLE", b"FUNCTION", b"."}


@dataclass(frozen=True)
class DataInsert:
    """An INSERT with its data in `format` from byte `data_start` of the same text on.

    `head` ends before its SETTINGS clause, which is `settings` (empty when there is none).
    """

    head: str
    settings: str
    format: str
    data_start: int


def data_insert(text: bytes) -> DataInsert | None:
    """Split `INSERT INTO … FORMAT x` from the data behind it; None for any other statement.

    INSERT … VALUES, SELECT and FROM INFILE are left whole: the engine parses them itself.
    """
    depth, position, previous, seen_insert = 0, 0, b"", False
    head_end = None
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            return None
        token, word = match.group(), match.group("word")
        position = match.end()
        if match.group("skip"):
            continue
        if not seen_insert:
            if token.upper() != b"INSERT":
                return None
            seen_insert = True
        elif token in (b"(", b")"):
            depth += 1 if token == b"(" else -1
        elif word and depth == 0 and previous not in _NAME_FOLLOWS:
            keyword = word.upper()
            if keyword == b"FORMAT":
                return _with_format(text, head_end or match.start(), match.start(), position)
            if keyword == b"SETTINGS":
                head_end = match.start()
            if keyword in (b"VALUES", b"SELECT", b"WITH", b"FROM"):
                return None
        previous = token.upper()
    return None


def _with_format(text: bytes, head_end: int, settings_end: int, position: int) -> DataInsert | None:
    match = re.compile(rb"\s+([A-Za-z][A-Za-z0-9_]*)[ \t]*;?[ \t]*(?:\r?\n)?").match(text, position)
    if match is None:
        return None
    head = text[:head_end].decode("utf-8", "strict")
    settings = text[head_end:settings_end].decode("utf-8", "strict")
    return DataInsert(head, settings, match.group(1).decode(), match.end())
