"""Files carried inside another on their way out of a reader: on disk, without a name, gone with the last who needs
them. A mailbox of many gigabytes so takes no more memory than one of its mails."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PIECE = 1 << 20
OFFICE, UNLOCKED_FILE = "hiroba-office-", "hiroba-unlocked-"
"""How the names begin of what lies in the folder for temporary files while a file is read, and no longer."""


def sweep_left_behind(older_than_seconds: float = 600) -> int:
    """Remove what a process left there that was killed in the middle, and give how many; what is in use is younger."""
    removed = 0
    for prefix in (OFFICE, UNLOCKED_FILE):
        for path in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
            with contextlib.suppress(OSError):
                status = path.lstat()
                if status.st_uid != os.getuid() or time.time() - status.st_mtime < older_than_seconds:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
                removed += 1
    return removed


class Spool:
    """Bytes put behind each other in a nameless file; raises OSError when the disk is full."""

    def __init__(self) -> None:
        """Open the file in the folder for temporary files (TMPDIR)."""
        self.size = 0
        self._handle, path = tempfile.mkstemp(prefix="hiroba-spool-")
        Path(path).unlink()

    def add(self, piece: bytes) -> None:
        """Put a piece behind what is there."""
        view = memoryview(piece)
        while view:
            view = view[os.write(self._handle, view) :]
        self.size += len(piece)

    def reader(self, offset: int, length: int) -> Callable[[], Iterator[bytes]]:
        """Give what gives, as often as it is asked, the bytes offset..offset+length piece by piece."""

        def pieces() -> Iterator[bytes]:
            position, end = offset, offset + length
            while position < end and (piece := os.pread(self._handle, min(PIECE, end - position), position)):
                yield piece
                position += len(piece)

        return pieces

    def __del__(self) -> None:
        os.close(self._handle)
