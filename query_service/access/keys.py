"""Keys: made here, kept by their hashes.

A key is 256 random bits: no list of likely ones can be tried, so SHA-256 hides it as well as a slow
hash would. What was not made here (a word somebody chose) is not taken for a key.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from query_service.access.roles import Caller, Role
from query_service.errors import AgentTelemetryError
from query_service.settings import Settings

_PREFIX = "atk_"  # so that it is recognised where it should not be
_KEY = re.compile(_PREFIX + r"[A-Za-z0-9_-]{43}")
_LINE = re.compile(r"(viewer|operator) ([A-Za-z0-9._@-]{1,64}) sha256:([0-9a-f]{64})")


class KeyLineWrong(AgentTelemetryError):
    """A line of the keys cannot be read, or there is none."""


class Key(NamedTuple):
    """Who holds it, what they may do, and the SHA-256 of the key."""

    caller: Caller
    digest: str

    @property
    def line(self) -> str:
        """The key's line in QUERY_KEYS_FILE."""
        return f"{self.caller.role} {self.caller.name} sha256:{self.digest}"


class Keys:
    """The keys that are accepted; false when there is none."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keys = tuple(keys)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def caller(self, presented: str) -> Caller | None:
        """Whose key this is. Takes equally long whichever key it is, and if it is none."""
        if not _KEY.fullmatch(presented):
            return None
        digest = _digest(presented)
        found = [key for key in self._keys if hmac.compare_digest(key.digest, digest)]
        return found[0].caller if found else None


def create(role: Role, name: str) -> tuple[str, Key]:
    """A new key, and what is kept of it. Raises KeyLineWrong for a name that cannot be kept."""
    secret = _PREFIX + secrets.token_urlsafe(32)
    key = Key(Caller(name, role), _digest(secret))
    if not _LINE.fullmatch(key.line):
        raise KeyLineWrong(f"{name!r}: a name has 1 to 64 letters, digits and . _ @ -")
    return secret, key


def parse(text: str, source: str) -> list[Key]:
    """The keys of lines `role name sha256:…`; empty lines and those that begin with # are none.

    Raises KeyLineWrong, which names the line but does not show it: it may hold a key.
    """
    keys: dict[str, Key] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(" ".join(line.split()))
        if not match:
            raise KeyLineWrong(
                f"{source}, line {number}: is not `viewer|operator name sha256:…`, as "
                "agent-telemetry keys create prints it"
            )
        role, name, digest = match.groups()
        if name in keys:
            raise KeyLineWrong(f"{source}, line {number}: there is another key named {name}")
        keys[name] = Key(Caller(name, Role(role)), digest)
    return list(keys.values())


def read(settings: Settings) -> Keys:
    """The keys of QUERY_KEYS and QUERY_KEYS_FILE. Raises KeyLineWrong."""
    lines = settings.query_keys.replace(",", "\n")
    source = "QUERY_KEYS"
    if settings.query_keys_file:
        source = f"QUERY_KEYS_FILE={settings.query_keys_file}"
        try:
            lines += "\n" + settings.query_keys_file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise KeyLineWrong(f"{source}: {type(error).__name__}: cannot be read") from error
    keys = parse(lines, source)
    if settings.query_keys_file and not keys:
        raise KeyLineWrong(f"{source}: has no key; agent-telemetry keys create makes one")
    return Keys(keys)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
