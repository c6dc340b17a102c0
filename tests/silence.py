"""Servers that fall silent: one that accepts and never says a word, and a way to a real one that stops passing on."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def mute_server() -> Iterator[int]:
    """Give the port of a server that accepts whoever comes and then says nothing."""
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, kept.append), daemon=True).start()
        yield listener.getsockname()[1]
    for each in kept:
        each.close()


class Relay:
    """A way to another server, over which nothing comes back any more once `is_silent` is set."""

    def __init__(self, reach: Callable[[], socket.socket]) -> None:
        self._reach = reach
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.is_silent = threading.Event()
        threading.Thread(target=_accept, args=(self._listener, self._pass_on), daemon=True).start()

    def close(self) -> None:
        """Let nobody come any more."""
        self._listener.close()

    def _pass_on(self, came: socket.socket) -> None:
        there = self._reach()
        for one, other, may_fall_silent in ((came, there, False), (there, came, True)):
            threading.Thread(target=self._copy, args=(one, other, may_fall_silent), daemon=True).start()

    def _copy(self, one: socket.socket, other: socket.socket, may_fall_silent: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(65_536):
                if not (may_fall_silent and self.is_silent.is_set()):
                    other.sendall(piece)
            other.shutdown(socket.SHUT_WR)


def _accept(listener: socket.socket, take: Callable[[socket.socket], object]) -> None:
    with contextlib.suppress(OSError):
        while True:
            take(listener.accept()[0])
