"""CPU time and memory of the stack's processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Event, Thread

import psutil


@dataclass
class Use:
    """What one part of the stack (with its children) took."""

    cpu_seconds: float
    peak_rss_mb: float


class Watch:
    """Measures processes from `with` to its end; `uses` then holds a Use for each name.

    Peak memory is sampled every 0.2 s and counts the process with its children.
    """

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self._peaks = dict.fromkeys(pids, 0.0)
        self._over = Event()
        self._thread = Thread(target=self._sample, daemon=True)
        self.uses: dict[str, Use] = {}

    def __enter__(self) -> "Watch":
        self._before = {name: _cpu(p) for name, p in self._processes.items()}
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.uses = {
            name: Use(_cpu(p) - self._before[name], self._peaks[name])
            for name, p in self._processes.items()
        }

    def _sample(self) -> None:
        while not self._over.wait(0.2):
            for name, process in self._processes.items():
                family = [process, *process.children(recursive=True)]
                rss = sum(p.memory_info().rss for p in family if p.is_running())
                self._peaks[name] = max(self._peaks[name], rss / 1e6)


def _cpu(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(t.user + t.system for t in (p.cpu_times() for p in family))
