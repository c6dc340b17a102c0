"""Visits side by side: a server that says nothing holds up nobody but itself.

A few at once, one of each source at a time (see `visit_source`). A visit ends by itself after a minute or so, and its
connector gives a silent server up; one that lasts longer all the same, in a large file or a folder whose disk hangs,
goes on but loses its place to the next. Threads are enough: kill -9 costs what a visit had not committed yet."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import connections
from django.db.models import Q
from django.utils import timezone

from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Source
from hiroba.ingest.sources import KINDS, forget_removed, visit_source

logger = logging.getLogger(__name__)
AT_ONCE = 4
LONGEST_SECONDS = 120.0  # after this a visit keeps no other from beginning
MOST_THREADS = 16
PAUSE_SECONDS = 30.0  # after a visit that could not begin, or whose end could not be written down
TIDY_EVERY = 3600.0
LOOKED_AT = 200


def _reads_here(source: Source) -> bool:
    kind = KINDS.get(source.kind)
    return kind is not None and kind.reads_here


class _Visit:
    """One visit under way, in a thread that ends with the process."""

    def __init__(self, source: Source, visit: Callable[[Source], int]) -> None:
        self.began_at, self.is_to_rest = time.monotonic(), False
        self.reads_here = _reads_here(source)
        self._source, self._visit = source, visit
        self._thread = threading.Thread(target=self._run, name=f"visit-{source.pk}", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    @property
    def counts(self) -> bool:
        return time.monotonic() - self.began_at < LONGEST_SECONDS

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._visit(self._source)
        except Refusal:  # somebody visits it by hand at this moment, or has removed it
            self.is_to_rest = True
        except Exception:  # a full disk or a busy database: the visit is as if it had not been
            logger.exception("WORK-02 source=%s", self._source.pk)
            self.is_to_rest = True
        finally:
            connections.close_all()


class Visitors:
    """Everybody who is out visiting. One of these a worker; `turn` never waits for a visit."""

    def __init__(self, visit: Callable[[Source], int] = visit_source) -> None:
        self._visit = visit
        self._out: dict[int, _Visit] = {}
        self._not_before: dict[int, float] = {}
        self._tidied_at: float | None = None

    def turn(self) -> int:
        """See who is back and send out to every source whose time has come, the longest due first; give how many
        visits ended."""
        ended = self._take_back()
        self._tidy()
        room = min(
            AT_ONCE - sum(visit.counts for visit in self._out.values()),
            MOST_THREADS - len(self._out),
        )
        for source in self._due() if room > 0 else ():
            if room > 0 and not (_reads_here(source) and self._is_reading()):
                self._out[source.pk] = _Visit(source, self._visit)
                room -= 1
        return ended

    def is_anybody_out(self) -> bool:
        """Tell whether a visit is under way."""
        return bool(self._out)

    def wait(self, seconds: float) -> None:
        """Give those who are out this long to come back."""
        until = time.monotonic() + seconds
        for visit in self._out.values():
            visit.join(max(until - time.monotonic(), 0))

    def _is_reading(self) -> bool:
        return any(visit.counts and visit.reads_here for visit in self._out.values())

    def _take_back(self) -> int:
        back = {source: visit for source, visit in self._out.items() if visit.is_over}
        for source, visit in back.items():
            del self._out[source]
            if visit.is_to_rest:
                self._not_before[source] = time.monotonic() + PAUSE_SECONDS
            else:
                self._not_before.pop(source, None)
        return len(back)

    def _due(self) -> list[Source]:
        now, monotonic = timezone.now(), time.monotonic()
        comes_by_itself = [kind.name for kind in KINDS.values() if kind.visit is None]
        # Visited in the future: the clock was set back, and what was due then would wait for it to come again.
        is_due = Q(due_at__lte=now) | Q(last_visited_at__gt=now)
        due = Source.objects.filter(is_due, is_on=True).exclude(kind__in=comes_by_itself)
        resting = {source for source, until in self._not_before.items() if until > monotonic}
        found = due.exclude(pk__in=[*self._out, *resting]).select_related("person", "unit")
        return list(found.order_by("due_at", "pk")[:LOOKED_AT])

    def _tidy(self) -> None:
        now = time.monotonic()
        if self._tidied_at is None or now - self._tidied_at > TIDY_EVERY:
            self._tidied_at = now
            forget_removed()
