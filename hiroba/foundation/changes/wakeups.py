"""Tell readers in this process that something was recorded, so that they need not wait for their next look.

A wake-up carries nothing and may get lost: readers look by themselves as well, at their own pace."""

from __future__ import annotations

from collections.abc import Callable

_sleepers: set[Callable[[], None]] = set()


def add_sleeper(wake: Callable[[], None]) -> None:
    """Call `wake` after every commit of this process that recorded a change. It must be quick and thread-safe."""
    _sleepers.add(wake)


def remove_sleeper(wake: Callable[[], None]) -> None:
    """Forget `wake`; unknown ones are no error."""
    _sleepers.discard(wake)


def wake_sleepers() -> None:
    """Wake all who asked to be."""
    for wake in tuple(_sleepers):
        wake()
