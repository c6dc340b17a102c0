"""Scans as a kind of source: a watched folder whose files are parted into papers at separator sheets.

Each file is committed as a Scan before it is looked into, and parted in one transaction: kill -9 anywhere costs a
second look. The file's bytes stay as they came; a paper is the whole of it, or a new original of some of its pages."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hiroba.archive.models import Original
from hiroba.archive.originals import Stored, add_original, path_of, pieces_of, store_bytes
from hiroba.connectors.folder import Found, is_unchanged, walk
from hiroba.connectors.outside import NOT_THERE, OutsideError
from hiroba.extract.tasks import run_task
from hiroba.features.tray.models import Paper, Scan, Separator
from hiroba.features.tray.parting import Page, Part, parts_of
from hiroba.features.tray.separators import audience_after, find_separator, is_like_ours
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.people.models import Unit
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Source
from hiroba.ingest.receiving import Parcel, add_item, open_batch
from hiroba.ingest.sources import Field, register_kind, require_outside

KIND = "scan"
SETTLED_SECONDS = 3.0  # scanners write slowly, and some in bursts
LONGEST_VISIT_SECONDS = 45.0
MOST_TRIES = 3
FIELDS = (
    Field("path", _("見張るフォルダ"), _("この機械から見える場所。例: /srv/scan/0402")),
    Field(
        "shared",
        _("このフォルダを使う課"),
        _("いくつかの課で使うときは、仕切り紙がそれぞれの課の受け箱へ分けます。"),
        default="no",
        choices=(("no", _("一つの課だけ")), ("yes", _("いくつかの課"))),
    ),
)


def declare() -> None:
    """Let scan folders be added as sources."""
    register_kind(KIND, visit_folder, *FIELDS, label=_("スキャン・FAX のフォルダ"), every_seconds=10, reads_here=True)


def visit_folder(source: Source) -> int:
    """Receive what has come to rest in the folder and part it into papers; give how many papers."""
    folder = Path(str(source.settings.get("path", "")))
    require_outside(folder)
    if not folder.is_dir():
        raise OutsideError(NOT_THERE, place=str(folder))
    until = time.monotonic() + LONGEST_VISIT_SECONDS
    known = set(Scan.objects.filter(source=source).values_list("key", "modified_at"))
    for thing in walk(folder):
        if isinstance(thing, Found) and (thing.relative[-500:], thing.modified_at) not in known and _has_settled(thing):
            _receive(source, thing)
    count = 0
    for scan in Scan.objects.filter(source=source, parted_at=None).select_related("original", "source").order_by("pk"):
        if time.monotonic() > until:
            source.has_more = True
            break
        count += part_scan(scan)
    return count


def _has_settled(thing: Found) -> bool:
    """Whether a file is whole: what scanners are still writing is new, empty, or goes by a passing name."""
    name = thing.relative.rsplit("/", 1)[-1].lower()
    is_passing = name.startswith(".") or name.endswith((".tmp", ".part", ".partial", ".crdownload", ".filepart"))
    is_at_rest = (timezone.now() - thing.modified_at).total_seconds() >= SETTLED_SECONDS
    return is_at_rest and thing.size > 0 and not is_passing


def _receive(source: Source, thing: Found) -> None:
    """Keep a file as it came. One that is still being written waits; one that is too large is written down."""
    stored, code, params = None, "", {}
    try:
        with thing.path.open("rb") as file:
            stored = store_bytes(pieces_of(file))
        if not is_unchanged(thing):
            return
    except OSError:
        code = "INGEST-08"
    except Refusal as refusal:
        if refusal.code == "INGEST-05":
            raise
        code, params = refusal.code, dict(refusal.params)
    now = timezone.now()
    with transaction.atomic():
        Scan.objects.create(
            source=source,
            key=thing.relative[-500:],
            modified_at=thing.modified_at,
            original=add_original(stored, thing.relative) if stored else None,
            unit=source.unit,
            audience_id=source.audience_id,
            received_at=now,
            code=code,
            params=params,
            parted_at=now if code else None,
        )


def part_scan(scan: Scan) -> int:
    """Look for separators and blank pages, and put each paper into the intake line and a tray; give how many.

    What cannot be looked into is one paper, whole: the intake line says what is wrong with it."""
    original, source = scan.original, scan.source
    if original is None or source is None:
        return 0
    Scan.objects.filter(pk=scan.pk).update(tries=scan.tries + 1)
    looked = _look(original) if scan.tries < MOST_TRIES else None  # each try ended with the whole process
    files = _files_of(scan, original, looked) if looked is not None else None
    with transaction.atomic():
        if not Scan.objects.select_for_update().filter(pk=scan.pk, parted_at=None).exists():
            return 0
        if files is None:
            _put_whole(scan, source, original, is_parted=looked is not None)
        wheres = [_whereto(scan, source, part) for part, _, _ in files or ()]
        stem = _stem_for(scan, wheres)
        for number, (to, (_, stored, suffix)) in enumerate(zip(wheres, files or (), strict=True), start=1):
            name = f"{stem}-{number}{suffix}" if len(wheres) > 1 else f"{stem}{suffix}"
            _receive_paper(scan, source, to, stored, name)
        rows = [asdict(page) for page in looked or ()]
        code = "SCAN-02" if files is None else "" if files else "SCAN-01"
        Scan.objects.filter(pk=scan.pk).update(pages=rows, code=code, parted_at=timezone.now())
    return 1 if files is None else len(files)


def _look(original: Original) -> list[Page] | None:
    """Look at every page; None when that cannot be done for all of them."""
    found = run_task("survey_scan", [path_of(original.sha256)])
    rows = json.loads(found.facts.get("pages", "[]"))
    if found.error is not None or len(rows) != int(found.facts.get("count", 0)):
        return None
    return [_page(row) for row in rows]


def _files_of(scan: Scan, original: Original, looked: list[Page]) -> list[tuple[Part, Stored, str]] | None:
    """The bytes of each paper: the scan's own where it is all of it, else its pages in a file of their own.

    None when a part cannot be taken out: it would come with pages that are for others."""
    files: list[tuple[Part, Stored, str]] = []
    for part in parts_of(looked):
        if len(part.pages) == len(looked):
            files.append((part, Stored(original.sha256, original.size), Path(scan.key).suffix))
            continue
        cut = run_task("split_scan", [path_of(original.sha256)], pages=list(part.pages))
        if cut.error is not None or not cut.attachments:
            return None
        (attachment,) = cut.attachments
        files.append((part, store_bytes([attachment.content]), Path(attachment.name).suffix))
    return files


def _page(row: dict[str, Any]) -> Page:
    claims = [code for code in row["codes"] if is_like_ours(code)]
    sheets = [sheet for code in claims if (sheet := find_separator(code)) is not None]
    return Page(bool(row["is_blank"]), sheets[0].pk if sheets else 0, bool(claims) and not sheets)


def _stem(scan: Scan) -> str:
    return scan.key.rsplit("/", 1)[-1].rsplit(".", 1)[0] or "scan"


def _stem_for(scan: Scan, wheres: Sequence[Whereto]) -> str:
    """Name papers after their pile where all of them are for the same people, else after the time it came: the pile's
    name may be about a paper that not everybody may read."""
    if len({to.principals for to in wheres}) <= 1:
        return _stem(scan)
    return f"scan-{timezone.localtime(scan.received_at):%Y%m%d-%H%M}"


def _whereto(scan: Scan, source: Source, part: Part) -> Whereto:
    """Say for whom a paper is, and to the tray of which section it goes."""
    sheet = Separator.objects.select_related("unit", "person").filter(pk=part.separator).first()
    folder, is_shared = principals_in(scan.audience_id), source.settings.get("shared") == "yes"
    principals = audience_after(sheet, folder, is_shared)
    unit: Unit | None = sheet.unit if sheet is not None and principals != folder and is_shared else scan.unit
    return Whereto(part, sheet, principals, unit)


def _put_whole(scan: Scan, source: Source, original: Original, is_parted: bool) -> None:
    """Let a scan in that could not be parted. Where papers for different people may be in it, whoever stands for the
    folder sees it alone and decides."""
    is_mixed = is_parted or source.settings.get("shared") == "yes"
    alone = frozenset({of_person(source.person_id)})
    principals = alone if is_mixed else principals_in(scan.audience_id)
    stored = Stored(original.sha256, original.size)
    name = _stem(scan) + Path(scan.key).suffix
    _receive_paper(scan, source, Whereto(Part((), (), 0), None, principals, scan.unit), stored, name)


@dataclass(frozen=True)
class Whereto:
    """A paper's pages, the sheet before it, for whom it is, and whose tray it goes to."""

    part: Part
    separator: Separator | None
    principals: frozenset[str]
    unit: Unit | None


def _receive_paper(scan: Scan, source: Source, to: Whereto, stored: Stored, name: str) -> None:
    batch = open_batch(source.person, source.record_source, to.principals, title=scan.key, unit=to.unit)
    key = f"{scan.key}#{scan.modified_at.isoformat()}#{to.part.pages[0] if to.part.pages else 1}"
    item = add_item(batch, Parcel(name, key, scan.modified_at), stored)
    Paper.objects.create(
        scan=scan,
        item=item,
        separator=to.separator,
        pages=list(to.part.pages),
        left_out=list(to.part.left_out),
        unit=to.unit,
        audience=find_or_add_audience(to.principals),
    )
