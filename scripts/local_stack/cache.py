"""Directories that are built once and kept, keyed by what they were built from.

Standard library only: the Python environment itself is built through it.
"""

import fcntl
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from local_stack.errors import SetupError

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = ".complete"
LEAST_FREE = 2**30


def cache_home() -> Path:
    """AGENT_TELEMETRY_CACHE, by default ~/.cache/agent-telemetry; absolute."""
    return (
        Path(os.environ.get("AGENT_TELEMETRY_CACHE") or "~/.cache/agent-telemetry")
        .expanduser()
        .absolute()
    )


def key(*inputs: str | Path) -> str:
    """16 hex digits that change when a string or the bytes of a file change."""
    digest = hashlib.sha256()
    for part in inputs:
        data = part.read_bytes() if isinstance(part, Path) else part.encode()
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()[:16]


def directory_with_room(directory: Path) -> None:
    """Make a directory. Raises SetupError if that fails or less than 1 GiB is free there."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"{directory} cannot be made: {error.strerror}") from None
    free = shutil.disk_usage(directory).free
    if free < LEAST_FREE:
        raise SetupError(
            f"the disk of {directory} is full: {free / 2**20:.0f} MiB are free, 1024 are needed"
        )


def kept(cache: Path, name: str, inputs: str, build: Callable[[Path], None]) -> Path:
    """The directory `<cache>/<name>-<inputs>`, made by `build(directory)` if it is not there.

    Only a build that came to its end counts; an interrupted one is thrown away. Of two processes
    that want the same directory one builds and the other waits.
    """
    directory = cache / f"{name}-{inputs}"
    complete = directory / COMPLETE
    if complete.exists():
        return directory
    directory_with_room(cache)
    with (cache / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"waiting for another start that builds {name}", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir()
            build(directory)
            complete.touch()
    return directory
