"""Look at processes through /proc: who started whom, and how much memory each has ever held."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from types import TracebackType


def children_of(pid: int) -> list[int]:
    """Give the processes that this one started and that still live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name stands in brackets and may hold anything.
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
    return found


def descendants_of(pid: int) -> list[int]:
    """Give all processes below this one."""
    below = children_of(pid)
    return below + [each for child in below for each in descendants_of(child)]


def is_alive(pid: int) -> bool:
    """Tell whether the process lives: an ended one nobody has asked after does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def peak_bytes(pid: int) -> int:
    """Give the most memory the process ever held at once (VmHWM); 0 when it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


class PeakMemory:
    """`with PeakMemory(pid) as peaks:` watch a process and all below it; `peaks.most` is the greatest of any one."""

    def __init__(self, pid: int, every_seconds: float = 0.05) -> None:
        self._pid, self._every = pid, every_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.of: dict[int, int] = {}

    @property
    def most(self) -> int:
        """Give the peak of the process that held the most."""
        return max(self.of.values(), default=0)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            for pid in (self._pid, *descendants_of(self._pid)):
                self.of[pid] = max(self.of.get(pid, 0), peak_bytes(pid))
            if self._stop.wait(self._every):
                return
