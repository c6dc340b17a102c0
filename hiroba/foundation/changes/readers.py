"""Follow the change log with a cursor, at least once and in order, whatever kills the reader in between."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol, runtime_checkable

from django.db.models import Max, QuerySet

from hiroba.foundation.changes.models import Change, Cursor
from hiroba.foundation.changes.sequencer import number_committed


class Reader(Protocol):
    """Whatever follows the log: the index, the stream, digests."""

    @property
    def name(self) -> str:
        """The key of its cursor; it never changes."""

    def handle(self, changes: Sequence[Change]) -> None:
        """Take in `changes` (ascending `seq`) for good before returning. The same ones may come again after a crash."""


@runtime_checkable
class KeepsOwnPlace(Protocol):
    """A reader that stores its place with what it makes (the index, in its commit), so that the two never part."""

    def cursor(self) -> int:
        """Give the `seq` of the last change that is taken in for good; 0 at the beginning."""


def follow(reader: Reader, limit: int = 500) -> int:
    """Hand the reader the next changes, at most `limit`, then move its cursor; give how many there were.

    kill -9 anywhere leaves the cursor behind, never ahead: the reader gets the same changes again."""
    seq = reader.cursor() if isinstance(reader, KeepsOwnPlace) else cursor_of(reader.name)
    changes = changes_after(seq, limit)
    if changes:
        reader.handle(changes)
        if not isinstance(reader, KeepsOwnPlace):
            move_cursor(reader.name, changes[-1].seq or seq)
    return len(changes)


def cursor_of(name: str) -> int:
    """Give how far the reader has come; 0 when it has not begun."""
    return Cursor.objects.filter(reader=name).values_list("seq", flat=True).first() or 0


def move_cursor(name: str, seq: int) -> None:
    """Note that the reader has taken in everything up to `seq`. A cursor never goes back by this."""
    _, is_new = Cursor.objects.get_or_create(reader=name, defaults={"seq": seq})
    if not is_new:
        Cursor.objects.filter(reader=name, seq__lt=seq).update(seq=seq)


def reset_cursor(name: str) -> None:
    """Send the reader back to the beginning: what it made is being rebuilt."""
    Cursor.objects.filter(reader=name).delete()


def latest_seq() -> int:
    """Give the `seq` of the newest change. Whatever was committed before the call is counted in (0: nothing yet)."""
    number_committed(wait=True)
    return Change.objects.aggregate(top=Max("seq"))["top"] or 0


def changes_after(seq: int, limit: int, kinds: Collection[str] | None = None) -> list[Change]:
    """Give the next changes after `seq`, ascending, at most `limit`, of these kinds only where named."""
    number_committed()
    return list(_after(seq, kinds).order_by("seq")[:limit])


def subjects_after(seq: int, subject: str, kinds: Collection[str]) -> frozenset[int]:
    """Give what changed after `seq` in one of these ways, each once, however many there are: what depends on nothing
    being left out does not count pages."""
    number_committed()
    rows = _after(seq, kinds).filter(subject=subject)
    return frozenset(rows.order_by().values_list("subject_id", flat=True).distinct())


def pending(seq: int, kinds: Collection[str] | None = None) -> int:
    """Count the changes after `seq` (of these kinds), all that were committed before the call among them."""
    number_committed(wait=True)
    return _after(seq, kinds).count()


def _after(seq: int, kinds: Collection[str] | None) -> QuerySet[Change]:
    rows = Change.objects.filter(seq__gt=seq)
    return rows if kinds is None else rows.filter(kind__in=kinds)
