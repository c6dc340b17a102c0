"""What a reader process gives up before it opens a stranger's file: memory, writing, network, other programs.

Three walls, each of which holds alone for most attacks: resource limits; an audit hook (PEP 578) that refuses in
Python; where the kernel offers them, Landlock and an empty network namespace, which also bind C libraries."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import struct
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

MEMORY = 1000 * 1024 * 1024  # bytes of address space
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every Linux architecture
# Landlock access bits (linux/landlock.h) but reading: execute, write, remove, make …, by version of the interface.
_BUT_READING = {1: 0x1FFF & ~0x4 & ~0x8, 2: 0x2000, 3: 0x4000}
TCP = 0x3
_EXECUTE, _BENEATH = 0x1, 1
_LOADERS = ("lib64/ld-linux*", "lib/ld-linux*", "lib/*/ld-linux*")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PROGRAMS = ("system", "exec", "posix_spawn", "spawn", "fork", "forkpty", "kill")
_CHANGES = ("remove", "rename", "mkdir", "rmdir", "symlink", "link", "truncate", "chmod", "chown", "utime")
_REFUSED = {"subprocess.Popen", "pty.spawn", *(f"os.{name}" for name in _PROGRAMS + _CHANGES)}


class ConfinedError(PermissionError):
    """A parser tried what no parser of documents needs."""


def confine(parent: int, memory: int = MEMORY, programs: Sequence[str] = ()) -> None:
    """Put up all walls around this process, for good. `parent` is the process it must not outlive.

    `programs` (full paths) may be started, and stand inside the same walls: they talk through pipes or not at all."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc.unshare(CLONE_NEWNET) and libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    _forbid_by_kernel(libc, programs)
    sys.addaudithook(partial(_refuse, frozenset(programs)))


def limit_time(seconds: float, processor_seconds: float | None = None) -> None:
    """End this process by signal if the file at hand takes longer, or more of the processor (default: as much): a
    backstop should the parent be gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    most = used.ru_utime + used.ru_stime + (seconds if processor_seconds is None else processor_seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (int(most) + 1, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def rest() -> None:
    """Stop the clock of `limit_time`: a reader that waits for its next file takes no time."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def landlock_version() -> int:
    """Give the version of the kernel's Landlock interface; 0 or less where there is none (network needs 4)."""
    return int(ctypes.CDLL(None).syscall(LANDLOCK_CREATE, None, 0, 1))


def _forbid_by_kernel(libc: ctypes.CDLL, programs: Sequence[str]) -> None:
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    version = landlock_version()
    if version < 1:
        return  # an old kernel: the other two walls stand
    files = sum(bits for since, bits in _BUT_READING.items() if version >= since)
    rules = struct.pack("<QQ", files, TCP) if version >= 4 else struct.pack("<Q", files)
    ruleset = libc.syscall(LANDLOCK_CREATE, rules, len(rules), 0)
    if ruleset >= 0:
        _allow_starting(libc, ruleset, programs)
        libc.syscall(LANDLOCK_RESTRICT, ruleset, 0)
        os.close(ruleset)


def _allow_starting(libc: ctypes.CDLL, ruleset: int, programs: Sequence[str]) -> None:
    """Let these programs be executed, and the dynamic loader, which the kernel executes with each of them."""
    loaders = [path.resolve() for pattern in _LOADERS for path in Path("/").glob(pattern)] if programs else []
    for path in {*map(Path, programs), *loaders}:
        if path.is_file():
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            rule = struct.pack("<Qi", _EXECUTE, handle)
            libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _BENEATH, rule, 0)
            os.close(handle)


def _refuse(programs: frozenset[str], event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        flags = arguments[2]
        is_new = not isinstance(arguments[0], int)  # a descriptor was opened already: a pipe to a program
        if is_new and isinstance(flags, int) and flags & _WRITING:
            raise ConfinedError(event)
    elif event == "subprocess.Popen" and _is_allowed(programs, arguments[0]):
        return
    elif event in _REFUSED or event.startswith(("socket.", "shutil.")):
        raise ConfinedError(event)


def _is_allowed(programs: frozenset[str], executable: object) -> bool:
    found = shutil.which(os.fsdecode(executable)) if programs and isinstance(executable, (str, bytes)) else None
    return found is not None and os.path.realpath(found) in programs
