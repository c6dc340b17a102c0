"""Exports read in a confined process: it may read files and nothing else, has a limit of memory, and is ended when it
says nothing for too long. What it tells comes as lines of JSON, never as anything that could be run."""

from __future__ import annotations

import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from hiroba.connectors.chats.arranging import arranged
from hiroba.connectors.chats.exports import BROKEN, open_files
from hiroba.connectors.chats.recognising import OFFICE, product_of, tell_unarranged
from hiroba.connectors.chats.telling import NotTaken, Told, row_of, told_of
from hiroba.extract.confinement import confine

MEMORY = 1500 * 1024 * 1024  # bytes of address space
SILENT_SECONDS = 300.0
LONGEST_LINE = 64 * 1024 * 1024
PIECE = 1024 * 1024
_ROOT = Path(__file__).resolve().parents[3]
_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2"}  # nothing of ours
_FRAME = struct.Struct(">i")  # length of the next piece; 0 the file is over, -1 there is none


def tell(path: Path, product: str = "", zone: str = OFFICE, silent_seconds: float = SILENT_SECONDS) -> Iterator[Told]:
    """Tell an export in order; see `recognising`. Never raises for what it contains or does.

    CHATS-18 its reader died or fell silent: what it had told until then is told."""
    yield from arranged(_told(path, product, zone, silent_seconds))


def recognise(path: Path, silent_seconds: float = SILENT_SECONDS) -> str:
    """Give the product whose export lies at a path, "" when it is none that we know or cannot be read."""
    with _Reader(["product", str(path.absolute())], silent_seconds) as reader:
        try:
            return reader.line().decode("ascii").strip()
        except (_SilentError, UnicodeDecodeError):
            return ""


class CarriedFiles:
    """The files an export carries, one at a time. `with CarriedFiles(path) as files: files.pieces(name)`."""

    def __init__(self, path: Path, silent_seconds: float = SILENT_SECONDS) -> None:
        """Prepare for an export; nothing is opened yet."""
        self._arguments = ["files", str(path.absolute())]
        self._silent_seconds = silent_seconds
        self._reader: _Reader | None = None

    def __enter__(self) -> CarriedFiles:
        return self

    def __exit__(self, *error: object) -> None:
        if self._reader is not None:
            self._reader.stop()

    def pieces(self, name: str) -> Iterator[bytes]:
        """Give a file's bytes. KeyError when it is not there; OSError when it cannot be read to its end."""
        if self._reader is None:
            self._reader = _Reader(self._arguments, self._silent_seconds)
        reader = self._reader
        try:
            reader.ask(name)
            while length := _FRAME.unpack(reader.exactly(_FRAME.size))[0]:
                if length < 0:
                    raise KeyError(name)
                yield reader.exactly(min(length, PIECE))
        except _SilentError as error:
            reader.stop()
            self._reader = None
            raise OSError(name) from error


def _told(path: Path, product: str, zone: str, silent_seconds: float) -> Iterator[Told]:
    with _Reader(["tell", str(path.absolute()), product, zone], silent_seconds) as reader:
        try:
            while line := reader.line():
                if line == b"over\n":
                    return
                yield told_of(json.loads(line))
        except (_SilentError, ValueError, TypeError):
            pass
    yield NotTaken(path.name, "CHATS-18")


class _SilentError(Exception):
    """The reader died, or said nothing for too long, or too much at once."""


class _Reader:
    """One confined process, and its lines."""

    def __init__(self, arguments: list[str], silent_seconds: float) -> None:
        self._silent_seconds = silent_seconds
        self._buffer = bytearray()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hiroba.connectors.chats.confined", str(os.getpid()), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=_ENVIRONMENT,
            bufsize=0,
            start_new_session=True,
        )

    def __enter__(self) -> _Reader:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def ask(self, name: str) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(name).encode("ascii") + b"\n")
        except OSError as error:
            raise _SilentError from error

    def line(self) -> bytes:
        """Give the next line with its end; b"" when there is none any more."""
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer)
            if searched > LONGEST_LINE:
                raise _SilentError
            if not self._more():
                return b""
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return line

    def exactly(self, length: int) -> bytes:
        while len(self._buffer) < length:
            if not self._more():
                raise _SilentError
        data = bytes(self._buffer[:length])
        del self._buffer[:length]
        return data

    def _more(self) -> bool:
        assert self._process.stdout
        pipe = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(pipe, select.POLLIN)
        if not poll.poll(self._silent_seconds * 1000):
            raise _SilentError
        piece = os.read(pipe, PIECE)
        self._buffer += piece
        return bool(piece)


def main() -> None:
    """Be the confined process: `PARENT tell|product|files PATH …`."""
    parent, what, path, *rest = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "wb", buffering=PIECE)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.dont_write_bytecode = True
    confine(int(parent), MEMORY)
    if what == "tell":
        _tell(Path(path), rest[0], rest[1], answers)
    elif what == "product":
        files = open_files(Path(path))
        answers.write(b"\n" if isinstance(files, NotTaken) else product_of(files).encode() + b"\n")
    else:
        _hand_over(Path(path), answers)
    answers.flush()


def _tell(path: Path, product: str, zone: str, answers: BinaryIO) -> None:
    flushed_at = time.monotonic()
    for told in tell_unarranged(path, product, zone):
        answers.write(json.dumps(row_of(told), ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n")
        if time.monotonic() - flushed_at > 5:  # a sign of life
            answers.flush()
            flushed_at = time.monotonic()
    answers.write(b"over\n")


def _hand_over(path: Path, answers: BinaryIO) -> None:
    files = open_files(path)
    for line in sys.stdin.buffer:
        name = json.loads(line)
        try:
            if isinstance(files, NotTaken):
                raise KeyError(name)
            with files.open(name) as file:
                while piece := file.read(PIECE):
                    answers.write(_FRAME.pack(len(piece)) + piece)
            answers.write(_FRAME.pack(0))
        except (KeyError, *BROKEN):
            answers.write(_FRAME.pack(-1))
        answers.flush()


if __name__ == "__main__":
    main()
