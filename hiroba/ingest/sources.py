"""Sources: places outside that are visited on a schedule. A kind declares how one of it is visited; this room keeps
when, by whom and for whom, and what became of each visit."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from hiroba.connectors.outside import NOT_THERE, OutsideError
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import principals_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import Tree, get_tree, posts_of
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.secret_files import read_secret
from hiroba.ingest.models import Batch, Item, Source
from hiroba.ingest.receiving import Parcel, open_batch, receive, refuse_item
from hiroba.ingest.telling import tell_of_failure

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

logger = logging.getLogger(__name__)
Visit = Callable[[Source], int]
SPOOL, LOCKS = "spool", "locks"  # folders of HIROBA_HOME, with files named after their source's number
_NUMBERED = re.compile(r"(?:table|source)-(\d+)(?:\.csv|\.part)?")
_OUTCOME = ("last_visited_at", "last_count", "last_code", "last_params", "failures", "is_told")
# A place that fails is asked less and less often, but at least every half hour.
LONGEST_PAUSE = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Field:
    """One thing a kind asks for. A secret is kept apart from the other settings and never shown again."""

    name: str
    label: StrPromise | str
    help: StrPromise | str = ""
    default: str = ""
    is_required: bool = True
    is_secret: bool = False
    is_number: bool = False
    choices: tuple[tuple[str, StrPromise | str], ...] = ()


@dataclass(frozen=True)
class SourceKind:
    """A kind of source: its words, how one is visited (None: things come by themselves), what must be known of it.

    `reads_here`: a visit looks into files in a confined process of its own; two at once could take too much memory."""

    name: str
    label: StrPromise | str
    visit: Visit | None
    fields: tuple[Field, ...]
    every_seconds: int
    reads_here: bool = False


KINDS: dict[str, SourceKind] = {}


def register_kind(
    name: str,
    visit: Visit | None,
    *fields: Field,
    label: StrPromise | str = "",
    every_seconds: int = 300,
    reads_here: bool = False,
) -> None:
    """Declare a kind of source. An AppConfig.ready calls this; twice with one name keeps the last.

    `visit(source)` receives what is new into the intake line, keeps `source.checkpoint` by `keep_checkpoint` after
    what it speaks of is committed, and gives how many came. It raises Refusal or OutsideError when it cannot go on,
    and sets `source.has_more` when it stopped only to let others have their turn: no visit lasts much over a minute.
    A kind without `visit` is never visited: things come to it by themselves."""
    KINDS[name] = SourceKind(name, label or name, visit, fields, every_seconds, reads_here)


def kind_named(name: str) -> SourceKind:
    """Give a kind; SOURCE-07 when nobody declared it."""
    if name not in KINDS:
        raise Refusal("SOURCE-07", kind=name)
    return KINDS[name]


def secret_name(source_id: int, field: str) -> str:
    """Give the name of the file in HIROBA_HOME/secrets where this secret of a source lies."""
    return f"source-{source_id}-{field}"


def secret_of(source: Source, field: str) -> str:
    """Give a source's secret; SOURCE-12 when it is not there."""
    return read_secret(secret_name(source.pk, field))


def may_give(person: Person, principals: Iterable[str]) -> bool:
    """Tell whether a source that the person stands for may begin with this audience.

    Bulk begins at a section: what lies in the sections of the person's posts, their teams, themselves; never the whole
    office or a department, and nothing they could not read themselves."""
    tree = get_tree()
    sections = {tree.section(post.unit.code) for post in posts_of(person)}
    own = {each for each in principals_of(person) if each.startswith(("person:", "team:"))}
    return all(each in own or _lies_in(each, sections, tree) for each in principals)


def _lies_in(principal: str, sections: set[str], tree: Tree) -> bool:
    kind, _sep, code = principal.partition(":")
    return kind == "unit" and bool(sections & {*tree.path(code), tree.successors.get(code, "")})


def require_standing(source: Source) -> None:
    """Refuse with SOURCE-05 when whoever stands for the source left, or no longer has the rights it gives."""
    if not source.person.is_active or not may_give(source.person, principals_in(source.audience_id)):
        raise Refusal("SOURCE-05", name=source.person.name)


def require_outside(place: Path) -> None:
    """Refuse with SOURCE-03 a folder or file in which Hiroba keeps its own things, or that such a folder lies in:
    whoever sets up a source would read through it what others alone may read. Links are followed first."""
    real, home = place.resolve(), Path(settings.HOME).resolve()
    if real.is_relative_to(home) or home.is_relative_to(real):
        raise OutsideError(NOT_THERE, place=str(place))


def keep_checkpoint(source: Source, checkpoint: dict[str, Any]) -> None:
    """Remember how far a visit came. Call it only after what lies before is committed; kill -9 costs a second look.

    SOURCE-13 when the source was removed meanwhile: nothing more is taken from it."""
    source.checkpoint = checkpoint
    if not Source.objects.filter(pk=source.pk).update(checkpoint=checkpoint):
        raise OutsideError("SOURCE-13", name=source.name)


def open_visit(source: Source, title: str = "", principals: Iterable[str] | None = None) -> Batch:
    """Begin to take in what a visit found, in the name of whoever stands for the source, for its audience (or for
    `principals`, which are narrower)."""
    audience = principals_in(source.audience_id) if principals is None else principals
    return open_batch(source.person, source.record_source, audience, title=title or source.name, unit=source.unit)


def take(batch: Batch, parcel: Parcel, pieces: Iterable[bytes]) -> Item:
    """Receive one thing of a visit. What is too large becomes a failed item with its code; INGEST-05 when the disk is
    full, which ends the visit."""
    try:
        return receive(batch, parcel, pieces)
    except Refusal as refusal:
        if refusal.code == "INGEST-05":
            raise
        item = refuse_item(batch, parcel.path, refusal)
        Item.objects.filter(pk=item.pk).update(external_key=parcel.external_key[-500:], modified_at=parcel.modified_at)
        return item


def visit_source(source: Source) -> int:
    """Visit one source now and write down what became of it; give how many things came.

    A failure is a code on the source, never raised. Raised: SOURCE-06 when somebody is visiting it, SOURCE-13 when it
    was removed."""
    with _alone(source):
        try:
            source.refresh_from_db()
        except Source.DoesNotExist as error:
            raise Refusal("SOURCE-13", name=source.name) from error
        count, failure = _visited(source)
        _write_outcome(source, count, failure)
    tell_of_failure(source)
    return count


def _visited(source: Source) -> tuple[int, OutsideError | Refusal | None]:
    try:
        require_standing(source)
        visit = kind_named(source.kind).visit
        return (visit(source) if visit else 0), None
    except (OutsideError, Refusal) as failure:
        return 0, failure
    except OSError as error:
        logger.warning("SOURCE-01 source=%s %s", source.pk, type(error).__name__)
        return 0, OutsideError("SOURCE-01")
    except Exception:  # a defect of one kind must not stop the others; it is told on the page and in the log
        logger.exception("SOURCE-09 source=%s", source.pk)
        return 0, OutsideError("SOURCE-09")


def _write_outcome(source: Source, count: int, failure: OutsideError | Refusal | None) -> None:
    """Write down how the visit ended, if the source is still there; somebody who asked for a visit meanwhile, or
    changed its settings, gets another at once."""
    now, was_due_at = timezone.now(), source.due_at
    source.last_visited_at, source.last_count = now, count
    source.last_code = failure.code if failure else ""
    source.last_params = failure.params if failure else {}
    source.failures = source.failures + 1 if failure else 0
    source.is_told = source.is_told and failure is not None
    source.due_at = now if source.has_more and not failure else now + _pause(source)
    written = {name: getattr(source, name) for name in _OUTCOME}
    there = Source.objects.filter(pk=source.pk)
    if not there.filter(due_at=was_due_at).update(due_at=source.due_at, **written):
        there.update(**written)


def _pause(source: Source) -> dt.timedelta:
    every = dt.timedelta(seconds=source.every_seconds)
    if not source.failures:
        return every
    return max(every, min(every * int(2 ** min(source.failures - 1, 10)), LONGEST_PAUSE))


def forget_removed() -> int:
    """Delete what visits of sources that are no longer there left on this machine's disk: what a query gave, locks.
    Give how many files. A source's number is never given again."""
    home, gone = Path(settings.HOME), 0
    files = [*(home / SPOOL).glob("*"), *(home / LOCKS).glob("source-*")]
    there = set(Source.objects.values_list("pk", flat=True))  # asked last: a source that is added now keeps its file
    for file in files:
        number = _NUMBERED.fullmatch(file.name)
        if number and int(number[1]) not in there:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


@contextlib.contextmanager
def _alone(source: Source) -> Iterator[None]:
    """Let one process at a time visit a source. A lock of the system ends with whoever held it, kill -9 included."""
    folder = Path(settings.HOME) / LOCKS
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / f"source-{source.pk}").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refusal("SOURCE-06", name=source.name) from error
        yield
