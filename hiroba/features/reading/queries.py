"""What a reader sees of a record, and why."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hiroba.archive import queries as archive
from hiroba.archive.actions import can_change
from hiroba.archive.kinds import LABELS
from hiroba.archive.models import Passage, Record, Revision
from hiroba.features.reading.folding import fold_mail
from hiroba.features.reading.layout import Group, arrange, is_at
from hiroba.features.reading.pages import page_picture
from hiroba.features.reading.paper import Paper, find_paper, with_frames
from hiroba.features.reading.talk import Talk, find_talk
from hiroba.features.reading.written import find_written
from hiroba.foundation.access.audiences import principals_in, say_audience, say_principal
from hiroba.foundation.access.principals import EVERYONE, principals_of
from hiroba.foundation.people.models import Person, RoleName
from hiroba.foundation.people.queries import get_tree, role_names_of
from hiroba.ingest.queries import find_gone
from hiroba.ingest.tables.queries import find_row
from hiroba.ingest.versions.queries import count_offers, find_newest
from hiroba.search.highlight import find_matches
from hiroba.search.queries import understand

PASSAGES_A_PART = 400


@dataclass(frozen=True)
class Opened:
    """A record as the page shows it. `part` of `parts`; `groups` hold that part's passages."""

    record: Record
    revision: Revision
    groups: list[Group]
    part: int
    parts: int
    sharing: str
    kind_label: str
    unit_name: str
    can_change: bool
    is_everyone: bool
    links: list[tuple[str, bool, Record]]
    newest: Record | None
    offers: int
    row_key: str
    gone_at: dt.datetime | None
    outline: list[Passage]
    talk: Talk | None
    paper: Paper | None
    written: SafeString | None


@dataclass(frozen=True)
class Place:
    """Where to open a record: a revision (None: the current one), a locator or a part, and what was looked for."""

    revision: int | None = None
    here: str = ""
    part: int = 0
    words: str = ""


def open_record(person: Person, record_id: int, place: Place) -> Opened:
    """Give a record to read at a place; ACCESS-01 when it is not there for this person."""
    revision = archive.get_revision(person, record_id, place.revision)
    record = revision.record
    passages = archive.passages_of(revision)
    total = passages.count()
    parts = max(1, -(-total // PASSAGES_A_PART))
    part = _part_of(revision, place.here) if place.here else min(max(place.part, 1), parts)
    shown = list(passages[(part - 1) * PASSAGES_A_PART : part * PASSAGES_A_PART])
    principals = principals_in(record.audience_id)
    tree, paper = get_tree(), find_paper(person, revision)
    return Opened(
        record=record,
        revision=revision,
        groups=_framed(_arranged(record, shown, place), revision, paper),
        gone_at=find_gone(record),
        part=part,
        parts=parts,
        sharing=say_audience(principals, tree),
        kind_label=str(LABELS.get(record.kind, LABELS["other"])),
        unit_name=tree.full_name(record.unit.code) if record.unit else "",
        can_change=can_change(person, record),
        is_everyone=EVERYONE in principals,
        links=archive.linked_records_visible_to(person, record),
        newest=find_newest(person, record),
        offers=count_offers(person, record),
        row_key=_row_key(revision, place.here),
        outline=_outline(revision),
        talk=find_talk(person, revision, place.here),
        paper=paper,
        written=find_written(revision, place.here),
    )


def _outline(revision: Revision) -> list[Passage]:
    """List the headings; a written page's own title stands above it already."""
    found = archive.passages_of(revision).filter(kind="heading")
    return list(found.exclude(level=1, ordinal=0)[:60] if revision.record.kind == "page" else found[:60])


def _framed(groups: list[Group], revision: Revision, paper: Paper | None) -> list[Group]:
    framed = [_with_frame(group, revision) for group in groups]
    return with_frames(framed, revision) if paper else framed


def _row_key(revision: Revision, here: str) -> str:
    """Give the key of the row of another system's table that stands at a line; "" where there is none."""
    line, key = here.removeprefix("line="), ""
    if "system" in revision.facts and revision.record.kind == "case":
        key = revision.record.external_key
    elif "system" in revision.facts and line.isdigit() and len(line) < 9 and revision.pk == revision.record.current_id:
        row = find_row(revision.record_id, int(line))
        key = row.key if row else ""
    return "" if key[:1] in ("=", "●") else key


def _arranged(record: Record, shown: list[Passage], place: Place) -> list[Group]:
    groups = arrange(shown, place.here, _looked_for(place.words))
    return fold_mail(groups) if record.kind == "mail" else groups


def _looked_for(words: str) -> Callable[[str], bool]:
    """Give what tells whether a text has something of a search."""
    query = understand(words) if words.strip() else None
    return lambda text: query is None or bool(find_matches(text, query))


def _with_frame(group: Group, revision: Revision) -> Group:
    """Give the cited page its size, so that the box lands where the passage stands."""
    if group.box is None:
        return group
    picture = page_picture(revision.sha256, group.page)
    return replace(group, size=(picture.wide, picture.high))


def _part_of(revision: Revision, here: str) -> int:
    """Find the part that holds a locator; a locator of an older extraction opens the beginning."""
    passages = archive.passages_of(revision)
    exact = passages.filter(locator=here).first()
    if exact is None:
        is_apart = "!" in here or here.startswith("page=")
        nearby = passages.filter(locator__startswith=here.split("!")[0].split(";")[0]) if is_apart else passages
        exact = next((each for each in nearby.iterator(chunk_size=1000) if is_at(each, here)), None)
    return (exact.ordinal // PASSAGES_A_PART + 1) if exact else 1


@dataclass(frozen=True)
class Reason:
    """One line of why somebody can read a record."""

    who: str
    why: str


def explain_reading(reader: Person, record: Record) -> list[Reason]:
    """Say through which principals the reader reads the record; nothing of the audience they do not share."""
    tree = get_tree()
    shared = principals_of(reader) & principals_in(record.audience_id)
    return [Reason(say_principal(name, tree), _why(name)) for name in sorted(shared)]


def _why(principal: str) -> str:
    kind = principal.partition(":")[0]
    return {
        EVERYONE: _("庁内のみんなで共有されているため"),
        "unit": _("いまの所属(または、それを含む部署)で共有されているため"),
        "team": _("チームの一員であるため"),
        "person": _("あなた個人が共有範囲に入っているため"),
    }.get(kind, _("あなたの役割が共有範囲に入っているため"))


def can_ask_about_others(person: Person, record: Record) -> bool:
    """Tell who may ask why somebody else can or cannot read: whoever may change its sharing, and administrators
    who can read it."""
    return can_change(person, record) or RoleName.ADMINISTRATOR in role_names_of(person)


def explain_others_reading(asker: Person, record: Record, login: str) -> tuple[Person | None, list[Reason]]:
    """Say why another person can read the record (no reasons: they cannot). Unknown logins answer (None, [])."""
    other = Person.objects.filter(login=login).first()
    if other is None:
        return None, []
    return other, explain_reading(other, record)


@dataclass(frozen=True)
class Change:
    """One line of a comparison: "same", "added" or "removed", with the place it stands at."""

    look: str
    text: str
    locator: str


def compare_revisions(person: Person, record_id: int, old: int, new: int) -> tuple[Revision, Revision, list[Change]]:
    """Compare two revisions passage by passage; long stretches that did not change are left out ("…")."""
    before = archive.get_revision(person, record_id, old)
    after = archive.get_revision(person, record_id, new)
    left = list(archive.passages_of(before)[: PASSAGES_A_PART * 10])
    right = list(archive.passages_of(after)[: PASSAGES_A_PART * 10])
    return before, after, list(_changes(left, right))


def _changes(left: list[Passage], right: list[Passage]) -> Iterator[Change]:
    matcher = difflib.SequenceMatcher(None, [p.text for p in left], [p.text for p in right], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from _context(left[i1:i2])
            continue
        for passage in left[i1:i2]:
            yield Change("removed", passage.text, passage.locator)
        for passage in right[j1:j2]:
            yield Change("added", passage.text, passage.locator)


def _context(same: list[Passage]) -> Iterator[Change]:
    if len(same) <= 4:
        yield from (Change("same", passage.text, passage.locator) for passage in same)
        return
    yield from (Change("same", passage.text, passage.locator) for passage in same[:2])
    yield Change("gap", "", "")
    yield from (Change("same", passage.text, passage.locator) for passage in same[-2:])
