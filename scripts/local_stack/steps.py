"""Running one command as a step: progress on the terminal, its output in a log file.

Standard library only: the Python environment itself is built through it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from local_stack.errors import SetupError

TAIL_LINES = 20
PLAIN_EVERY = 15.0


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log file, indented; says so when there are none."""
    text = log.read_text(errors="replace") if log.exists() else ""
    last = text.splitlines()[-lines:] or ["(nothing was written)"]
    return "\n".join(f"    {line}" for line in last) + f"\n    (all of it: {log})"


class Progress:
    """One line with the seconds since it began: rewritten on a terminal, else now and then."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.began = time.monotonic()
        self._next = self.began + (1.0 if sys.stderr.isatty() else PLAIN_EVERY)

    def tick(self) -> None:
        """Show the line again if it is time."""
        now = time.monotonic()
        if now < self._next:
            return
        terminal = sys.stderr.isatty()
        self._next = now + (1.0 if terminal else PLAIN_EVERY)
        self._write("...", end="" if terminal else "\n")

    def done(self, word: str = "done") -> None:
        """The closing line."""
        self._write(word, end="\n")

    def _write(self, word: str, end: str) -> None:
        start = "\r\033[K" if sys.stderr.isatty() else ""
        seconds = time.monotonic() - self.began
        print(
            f"{start}  {self.title}: {word} {seconds:.1f} s", end=end, file=sys.stderr, flush=True
        )


def run(
    title: str,
    command: Sequence[str],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    until: Callable[[], bool] | None = None,
) -> None:
    """Run a command to its end with progress; its output goes to `log`.

    `env` is added to the environment. A command that would run for ever is told to end as soon as
    `until` is true. Raises SetupError with the tail of the log when it fails.
    """
    progress = Progress(title)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            start_new_session=True,
        )
        try:
            ended = False
            while process.poll() is None:
                progress.tick()
                if until and not ended and until():
                    process.terminate()
                    ended = True
                time.sleep(0.05)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
    if process.returncode and not ended:
        progress.done("failed after")
        raise SetupError(f"{title} failed (exit status {process.returncode}):\n{tail(log)}")
    progress.done()
