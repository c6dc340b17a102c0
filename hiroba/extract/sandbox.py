"""Files of strangers are read in other processes: small, confined, thrown away when they hang or die."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from hiroba.extract import office, wire
from hiroba.extract.confinement import MEMORY
from hiroba.extract.passages import Extraction, Part, Trouble
from hiroba.extract.spool import UNLOCKED_FILE, Spool, sweep_left_behind
from hiroba.extract.unlocking import UNLOCKED

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60  # a loaded machine may take long to start Python; the file's own time begins after that
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "2",
}  # nothing of ours: no secrets
# What slow readers are told besides: where the office keeps its models and words.
_TOLD = ("HIROBA_SPEECH_MODEL", "HIROBA_SPEECH_THREADS", "HIROBA_WORDS")


def _environment() -> dict[str, str]:
    home = Path(os.environ.get("HIROBA_HOME", "var")).resolve()
    return {
        **_ENVIRONMENT,
        "HIROBA_HOME": str(home),
        **{name: os.environ[name] for name in _TOLD if name in os.environ},
    }


class _ReaderDiedError(Exception):
    """The process ended before it answered."""


class _ReaderSlowError(Exception):
    """The time for one file is over."""


class Reader:
    """One reader process; not shared between threads while it reads."""

    def __init__(self, seconds: float, memory: int, slow_tool: str = "") -> None:
        """Start the process without waiting for it; with `slow_tool` it is one of hiroba.extract.slow's."""
        self.files_read = 0
        self._seconds = seconds
        self._is_ready = False
        backstop = str(seconds + 5)
        command = [sys.executable, "-m", "hiroba.extract.reader", str(os.getpid()), str(memory), backstop]
        command += [slow_tool] if slow_tool else []
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=_environment() if slow_tool else _ENVIRONMENT,
            bufsize=0,
            start_new_session=True,  # a program the reader started ends with it
        )

    @property
    def pid(self) -> int:
        """The process, for tests and for `hiroba doctor`."""
        return self._process.pid

    def read(self, path: Path, **asked: str | float | None) -> Extraction:
        """Give what the process made of the file; raises _ReaderDiedError or _ReaderSlowError."""
        assert self._process.stdin
        if not self._is_ready:
            self._receive(time.monotonic() + _START_SECONDS)
            self._is_ready = True
        self.files_read += 1
        try:
            self._process.stdin.write(json.dumps({"path": str(path), **asked}).encode("ascii") + b"\n")
        except OSError as failure:
            raise _ReaderDiedError from failure
        text, blobs, spool = self._receive_answer()
        try:
            return wire.unpack(text, blobs, spool)
        except (ValueError, KeyError, TypeError) as failure:
            raise _ReaderDiedError from failure

    def is_alive(self) -> bool:
        """Tell whether the process is still there."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End the process now and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _receive_answer(self) -> tuple[bytes, bytes, Spool | None]:
        """Receive carried files into a spool, for as long as they come, and then the answer."""
        spool: Spool | None = None
        deadline = time.monotonic() + self._seconds
        while True:
            text, blobs = self._receive(deadline)
            if text or not blobs:
                return text, blobs, spool
            spool = spool or Spool()
            spool.add(blobs)
            deadline += self._seconds * len(blobs) / wire.STRETCH
            if spool.size > wire.SPOOLED:
                raise _ReaderDiedError

    def _receive(self, deadline: float) -> tuple[bytes, bytes]:
        text, blobs = wire.HEADER.unpack(self._exactly(wire.HEADER.size, deadline))
        if text + blobs > wire.LONGEST:
            raise _ReaderDiedError
        return self._exactly(text, deadline), self._exactly(blobs, deadline)

    def _exactly(self, length: int, deadline: float) -> bytes:
        assert self._process.stdout
        pipe = self._process.stdout.fileno()
        poll = select.poll()  # select.select fails on descriptors above 1023
        poll.register(pipe, select.POLLIN)
        data = bytearray()
        while len(data) < length:
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
                raise _ReaderSlowError
            piece = os.read(pipe, min(1 << 20, length - len(data)))
            if not piece:
                raise _ReaderDiedError
            data += piece
        return bytes(data)


class Sandbox:
    """A small pool of readers. `with Sandbox(readers=2) as sandbox: sandbox.extract(path, name)`.

    Thread-safe: as many files are read at once as there are readers, further callers wait. A reader is replaced after
    `recycle_after` files, after a crash, a timeout or a lack of memory. No reader outlives this process, even when it
    is killed."""

    def __init__(
        self,
        readers: int = 2,
        seconds: float = 20,
        memory: int = MEMORY,
        recycle_after: int = 200,
        slow_tool: str = "",
    ) -> None:
        self._seconds, self._memory, self._recycle_after = seconds, memory, recycle_after
        self._slow_tool = slow_tool
        self._count = readers
        self._idle: queue.LifoQueue[Reader | None] = queue.LifoQueue()
        self._offices = threading.Semaphore(readers)  # no more of them at once than readers: each takes as much memory
        # A child's death signal is tied to the thread that started it (prctl(2)): one lasting thread starts them all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="reader-starter")

    def __enter__(self) -> Sandbox:
        sweep_left_behind()
        for _ in range(self._count):
            self._idle.put(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in range(self._count):
            reader = self._idle.get()
            if reader:
                reader.stop()
        self._starter.shutdown()

    def extract(self, path: Path, name: str | None = None, password: str | None = None) -> Extraction:
        """Read a file as `files.extract` does, within limits; never raises for what a file contains or does.

        EXTRACT-05 it took longer than `seconds`, EXTRACT-06 it needed more than `memory` bytes, EXTRACT-08 the reader
        died. What only LibreOffice opens takes up to `office.SECONDS` more; EXTRACT-40 where that is not installed."""
        found = self._ask(path, name=name, password=password)
        if found.facts.get(UNLOCKED) and found.attachments:
            return self._extract_unlocked(found, name)
        if found.error is None or found.error.code != office.NEEDED:
            return found
        with self._offices:
            return office.read_converted(path, found, self._ask)

    def _extract_unlocked(self, found: Extraction, name: str | None) -> Extraction:
        """Read the file that was inside a lock, from a copy that is gone afterwards."""
        with tempfile.NamedTemporaryFile(prefix=UNLOCKED_FILE) as file:
            for piece in found.attachments[0].pieces():
                file.write(piece)
            file.flush()
            return self.extract(Path(file.name), name)

    def draw(self, path: Path, page: int, width: int) -> Extraction:
        """Draw a page of a PDF or a picture within the same limits: WebP, `width` pixels wide, or with width 0 as print
        takes it. It is the one attachment; `wide` and `high` among the facts are the page's size in points. An error
        where there is no such page. See hiroba.extract.page_images."""
        return self._ask(path, page=page, width=width)

    def read_part(self, path: Path, part: Part, processor_seconds: float) -> Extraction:
        """Read one part of a file with the slow tool this sandbox is for; errors as `extract` gives them;
        EXTRACT-08 when it needed more of the processor."""
        return self._ask(path, tool=part.tool, number=part.number, processor_seconds=processor_seconds)

    def _ask(self, path: Path, **asked: str | float | None) -> Extraction:
        reader = self._idle.get()
        if reader is None or not reader.is_alive():  # one that died while it waited is no fault of this file
            if reader is not None:
                reader.stop()
            reader = self._start()
        fresh: Reader | None = None  # what goes back to the pool if this thread is interrupted in the middle
        try:
            extraction = self._read(reader, path, asked)
            if reader.files_read < self._recycle_after and not _is_exhausting(extraction):
                fresh = reader
            return extraction
        finally:
            if fresh is None:
                reader.stop()
            self._idle.put(fresh)

    def _read(self, reader: Reader, path: Path, asked: dict[str, str | float | None]) -> Extraction:
        try:
            return reader.read(path.absolute(), **asked)
        except _ReaderSlowError:
            return Extraction(error=Trouble("EXTRACT-05", {"seconds": int(self._seconds)}))
        except _ReaderDiedError:
            return Extraction(error=Trouble("EXTRACT-08"))

    def _start(self) -> Reader:
        return self._starter.submit(Reader, self._seconds, self._memory, self._slow_tool).result()


def _is_exhausting(extraction: Extraction) -> bool:
    """After these the process is dead, stuck or short of memory; an exception it caught and named is harmless."""
    error = extraction.error
    return (
        error is not None and error.code in {"EXTRACT-05", "EXTRACT-06", "EXTRACT-08"} and "reason" not in error.params
    )
