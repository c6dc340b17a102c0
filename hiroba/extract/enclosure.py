"""The walls around a program of others (LibreOffice): it reads the system and its own folder, writes there and nowhere
else, reaches no network, starts nothing but itself.

`python -m hiroba.extract.enclosure PARENT-PID FOLDER MEMORY SECONDS PROGRAM ARGUMENT…` becomes the program inside the
walls, or ends with status NO_WALLS where this kernel cannot put them up: then nothing is run at all."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from hiroba.extract.confinement import (
    CLONE_NEWNET,
    CLONE_NEWUSER,
    LANDLOCK_CREATE,
    LANDLOCK_RESTRICT,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    TCP,
    landlock_version,
)

NO_WALLS = 97
LARGEST_FILE = 512 * 2**20  # bytes of any one file the program writes
SOCKET_PLACES = ("/tmp", "/var/tmp")  # noqa: S108 (LibreOffice insists on a socket there; `office` removes it)
_LANDLOCK_ADD_RULE, _BENEATH = 445, 1
# Landlock access bits (linux/landlock.h): reading files and folders; everything but executing and making devices.
_READ_FILE, _READ, _EXECUTE, _WRITE_FILE, _MAKE_SOCKET = 0x4, 0xC, 0x1, 0x2, 0x200
_OWN = 0x1FFE & ~0x40 & ~0x800
_HANDLED = {1: 0x1FFF, 2: 0x2000, 3: 0x4000}
_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/fonts",
    "/etc/libreoffice",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
    "/var/cache/fontconfig",
    "/proc/self",
)
_SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/localtime", "/dev/urandom", "/dev/random", "/proc/meminfo", "/proc/cpuinfo")


def main() -> None:
    parent, folder, memory, seconds = int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    program = Path(sys.argv[5])
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    version = landlock_version()
    is_offline = libc.unshare(CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0
    if version < 1 or not (is_offline or version >= 4):
        os._exit(NO_WALLS)
    _enclose(libc, version, folder, program)
    os.execv(program, sys.argv[5:])  # noqa: S606 (the caller names the program; no shell is wanted)


def _enclose(libc: ctypes.CDLL, version: int, folder: Path, program: Path) -> None:
    handled = sum(bits for since, bits in _HANDLED.items() if version >= since)
    asked = struct.pack("<QQ", handled, TCP) if version >= 4 else struct.pack("<Q", handled)
    ruleset = libc.syscall(LANDLOCK_CREATE, asked, len(asked), 0)
    if ruleset < 0:
        os._exit(NO_WALLS)
    for path, access in _rooms(folder, program):
        if path.exists():
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            allowed = access if path.is_dir() else access & 0x4007  # a file's rule must not speak of folders
            rule = struct.pack("<Qi", allowed & handled, handle)
            libc.syscall(_LANDLOCK_ADD_RULE, ruleset, _BENEATH, rule, 0)
            os.close(handle)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.syscall(LANDLOCK_RESTRICT, ruleset, 0) != 0:
        os._exit(NO_WALLS)
    os.close(ruleset)


def _rooms(folder: Path, program: Path) -> Iterator[tuple[Path, int]]:
    """What may be done where. /etc as a whole, homes and our own data are left out on purpose: a document can ask for
    any file to be put into it."""
    for each in _SYSTEM:
        yield Path(each), _READ
    for each in _SYSTEM_FILES:
        yield Path(each), _READ_FILE
    yield Path("/dev/null"), _READ_FILE | _WRITE_FILE
    for place in SOCKET_PLACES:
        yield Path(place), _MAKE_SOCKET
    yield program.parent.parent, _READ
    yield program, _READ_FILE | _EXECUTE
    for loader in ("/lib64", "/lib"):  # the dynamic loader is what the kernel executes first
        yield from ((path, _READ_FILE | _EXECUTE) for path in Path(loader).glob("**/ld-linux*") if path.is_file())
    yield folder, _OWN | 0x2000 | 0x4000


if __name__ == "__main__":
    main()
