"""Slow readers: pages of paper and chunks of a recording, one part at a time, each within its own time and memory."""

from __future__ import annotations

import importlib
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from hiroba.extract.passages import Extraction, Part, Trouble
from hiroba.extract.sandbox import Sandbox

MEGABYTE = 1024 * 1024
RECYCLE_AFTER = 100  # parts: what an engine's library never gives back goes with its process


@dataclass(frozen=True)
class Tool:
    """A module of this room whose `read_part(path, number)` reads one part, and what each part may take: of the
    processor, by the clock (a busy machine gives niced readers little) and of memory.

    Its `ENGINE` names what reads, with a version: parts are read again when that changes."""

    module: str
    processor_seconds: float
    seconds: float
    memory: int
    programs: tuple[str, ...] = ()


TOOLS = {
    "recognise": Tool("hiroba.extract.recognition", 120, 900, 2500 * MEGABYTE, ("tesseract",)),
    # Ten times what the base model takes: an office may bring a better and slower one.
    "transcribe": Tool(
        "hiroba.extract.speech", 1800, 3600, int(os.environ.get("HIROBA_SPEECH_MEMORY_MB", "3000")) * MEGABYTE
    ),
}


def engine_of(tool: str) -> str:
    """Give the name and version of what reads a tool's parts here and now."""
    try:
        module = importlib.import_module(TOOLS[tool].module)
    except (ImportError, KeyError):
        return f"{tool}/0"
    return str(getattr(module, "ENGINE", f"{tool}/1"))


def programs_of(tool: str) -> tuple[str, ...]:
    """Give the full paths of the programs a tool's reader may start, as far as they are installed."""
    found = (shutil.which(name) for name in TOOLS[tool].programs)
    return tuple(os.path.realpath(path) for path in found if path)


def read_part(path: Path, part: Part) -> Extraction:
    """Read one part in this process; never raises for what the file contains (EXTRACT-06, EXTRACT-08)."""
    try:
        module = importlib.import_module(TOOLS[part.tool].module)
        extraction: Extraction = module.read_part(path, part.number)
        return extraction
    except MemoryError:
        return Extraction(error=Trouble("EXTRACT-06"))
    except Exception as failure:  # an engine met what its author never imagined: the other parts go on
        return Extraction(error=Trouble("EXTRACT-08", {"reason": type(failure).__name__}))


class SlowSandbox:
    """The confined slow readers: one process for each tool, started with its first part, niced. Thread-safe."""

    def __init__(self, tools: dict[str, Tool] = TOOLS) -> None:
        self._tools = tools
        self._running: dict[str, Sandbox] = {}
        self._starting = threading.Lock()

    def __enter__(self) -> SlowSandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.rest()

    def read_part(self, path: Path, part: Part) -> Extraction:
        """Read one part within its limits; never raises for what a file contains or does (EXTRACT-05, -06, -08)."""
        return self._sandbox(part.tool).read_part(path, part, self._tools[part.tool].processor_seconds)

    def read_parts(self, path: Path, parts: Iterable[Part]) -> Iterator[tuple[Part, Extraction]]:
        """Read parts one after the other, each handed over as it is ready."""
        for part in parts:
            yield part, self.read_part(path, part)

    def rest(self) -> None:
        """End the processes: an engine holds much memory while nothing is there to read. Not while a part is read."""
        for name in list(self._running):
            self._running.pop(name).__exit__(None, None, None)

    def _sandbox(self, name: str) -> Sandbox:
        with self._starting:
            if name not in self._running:
                tool = self._tools[name]
                sandbox = Sandbox(1, tool.seconds, tool.memory, RECYCLE_AFTER, slow_tool=name)
                self._running[name] = sandbox.__enter__()
            return self._running[name]
