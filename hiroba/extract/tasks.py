"""Single pieces of work on strangers' files, each in a confined process of its own that ends with it.

For what is asked now and then (splitting a scan, reading a form). What is asked all day has lasting readers: see
`sandbox`."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hiroba.extract import confinement, wire
from hiroba.extract.passages import Extraction, Trouble

_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60  # a loaded machine may take long to start Python
_ENVIRONMENT = {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1"}
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Task:
    """A function `(paths, asked) -> Extraction` of a module of this room, and what it may take."""

    module: str
    function: str
    seconds: int
    memory: int


TASKS = {
    "survey_scan": Task("hiroba.extract.scans", "survey", 300, 1500 * MEGABYTE),
    "split_scan": Task("hiroba.extract.scans", "split", 300, 1500 * MEGABYTE),
    "measure_form": Task("hiroba.extract.form_ruling", "measure", 180, 2500 * MEGABYTE),
    "read_form": Task("hiroba.extract.form_reading", "read_form", 180, 2500 * MEGABYTE),
}


def run_task(name: str, paths: Sequence[Path], **asked: Any) -> Extraction:
    """Do one piece of work on files in a confined process; never raises for what they contain.

    EXTRACT-05 it took too long, EXTRACT-06 it needed too much memory, EXTRACT-08 it died."""
    task = TASKS[name]
    command = [sys.executable, "-m", "hiroba.extract.tasks", str(os.getpid()), name]
    request = json.dumps({"paths": [str(path.absolute()) for path in paths], "asked": asked})
    try:
        done = subprocess.run(
            command,
            input=request.encode("ascii"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=_ENVIRONMENT,
            timeout=task.seconds + _START_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Extraction(error=Trouble("EXTRACT-05", {"seconds": task.seconds}))
    return _answer_in(done.stdout)


def _answer_in(frame: bytes) -> Extraction:
    size = wire.HEADER.size
    if len(frame) < size:
        return Extraction(error=Trouble("EXTRACT-08"))
    text, _blobs = wire.HEADER.unpack(frame[:size])
    try:
        return wire.unpack(frame[size : size + text], frame[size + text :])
    except (ValueError, KeyError, TypeError):
        return Extraction(error=Trouble("EXTRACT-08"))


def _do(task: Task, request: dict[str, Any]) -> Extraction:
    try:
        work: Callable[[list[Path], dict[str, Any]], Extraction]
        work = getattr(importlib.import_module(task.module), task.function)
        return work([Path(path) for path in request["paths"]], request["asked"])
    except MemoryError:
        return Extraction(error=Trouble("EXTRACT-06"))
    except Exception as failure:  # a library met what its author never imagined: the file is kept as it came
        return Extraction(error=Trouble("EXTRACT-08", {"reason": type(failure).__name__}))


def main() -> None:
    parent, task = int(sys.argv[1]), TASKS[sys.argv[2]]
    request = json.loads(sys.stdin.buffer.read())
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a library prints must not get into the answer
    sys.dont_write_bytecode = True
    confinement.confine(parent, task.memory)
    confinement.limit_time(task.seconds)
    answers.write(wire.pack(_do(task, request)))
    answers.flush()


if __name__ == "__main__":
    main()
