"""Printed reports (帳票) that another system drops in a folder, PDF and CSV mixed: each comes in as a record that says
of which system it is, which report, and when it was put out.

The name of a file says which report it is (see hiroba.connectors.report_names): its next issue is a new revision of the
same record. Issues of one report come in one after the other, the oldest first, so that the newest is the current
revision; one that turns up after a newer one was taken is named and left where it is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hiroba.archive.originals import Stored, pieces_of, store_bytes
from hiroba.connectors.folder import Found, is_leftover, is_unchanged, walk
from hiroba.connectors.outside import NOT_THERE, OutsideError
from hiroba.connectors.report_names import Dates, ReportName, read_report_name
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Batch, Item, Report, Source
from hiroba.ingest.queries import UNDER_WAY
from hiroba.ingest.receiving import Parcel, add_item, key_in_column, refuse_item
from hiroba.ingest.sources import Field, open_visit, register_kind, require_outside

KIND = "reports"
SETTLED_SECONDS = 5.0  # a report that changed more lately is still being written
LONGEST_VISIT_SECONDS = 45.0
UNREADABLE, TOO_LATE = "INGEST-08", "REPORT-01"
FIELDS = (
    Field(
        "folder", _("フォルダ"), _("業務システムが帳票を書き出す場所(この機械から見えるフォルダ。下のフォルダも見ます)")
    ),
    Field("pattern", _("ファイルの名前"), _("例: *.pdf *.csv。空けて並べると、どれかに合うもの。"), "*"),
    Field(
        "dates",
        _("ファイルの名前に入っている日付"),
        _("例: 支払一覧_20261123.pdf。何月分・何年度とあるものは、いつも分ごとの資料になります。"),
        default="issued",
        choices=(
            ("issued", _("出した日時(次の日のものは、新しい版になります)")),
            ("period", _("何日の分か(日ごとに別の資料になります)")),
            ("none", _("日付ではない(名前ごとに別の資料になります)")),
        ),
    ),
)


def declare() -> None:
    """Let folders of reports be added as sources."""
    register_kind(KIND, visit_reports, *FIELDS, label=_("業務システムの帳票(PDF・CSV)"), every_seconds=600)


@dataclass(frozen=True)
class _Issue:
    """A file that was not looked at yet, with what its name says."""

    found: Found
    path: str
    told: ReportName
    issued_at: datetime

    @property
    def order(self) -> tuple[datetime, datetime]:
        """Of two issues of a report the one with the greater order is newer."""
        return self.issued_at, self.found.modified_at

    @property
    def key(self) -> str:
        return key_in_column(self.told.key)


def visit_reports(source: Source) -> int:
    """Take in what was put out since the last visit; give how many reports came.

    SOURCE-03 when the folder is not there; INGEST-08 when some files could not be read, after all others came: they
    are tried again. While an issue of a report is on its way in, its next one waits."""
    folder = Path(str(source.settings["folder"]))
    require_outside(folder)
    if not folder.is_dir():
        raise OutsideError(NOT_THERE, place=str(folder))
    visit, until = _Visit(source), time.monotonic() + LONGEST_VISIT_SECONDS
    for issue in sorted(_new_issues(source, folder), key=lambda issue: issue.order):
        visit.look_at(issue)
        if time.monotonic() > until:
            visit.has_left = True
            break
    source.has_more = visit.has_left and visit.count > 0
    if visit.unreadable:
        raise Refusal(UNREADABLE)
    return visit.count


class _Visit:
    """One visit: what it brings, and of which reports an issue is still on its way in."""

    def __init__(self, source: Source) -> None:
        self.count, self.unreadable, self.has_left = 0, 0, False
        self._source = source
        self._batch: Batch | None = None
        waiting = Item.objects.filter(batch__source=source.record_source, state__in=UNDER_WAY)
        self._under_way = set(waiting.values_list("external_key", flat=True))

    def look_at(self, issue: _Issue) -> None:
        """Take an issue in; leave it for the next visit when the one before it is not in yet, or somebody writes."""
        if issue.key in self._under_way:
            self.has_left = True
            return
        if self._is_late(issue):
            self._refuse(issue, Refusal(TOO_LATE, name=issue.told.name), is_late=True)
            return
        try:
            with issue.found.path.open("rb") as file:
                stored = store_bytes(pieces_of(file), settings.UPLOAD_LIMIT)
        except OSError:
            self.unreadable += 1
            return
        except Refusal as refusal:
            if refusal.code == "INGEST-05":
                raise
            self._refuse(issue, refusal)
            return
        if is_unchanged(issue.found):
            self._take(issue, stored)

    @transaction.atomic
    def _take(self, issue: _Issue, stored: Stored) -> None:
        parcel = Parcel(self._shown(issue), issue.key, issue.issued_at)
        self._note(issue, add_item(self._open(), parcel, stored))
        self._under_way.add(issue.key)
        self.count += 1

    @transaction.atomic
    def _refuse(self, issue: _Issue, refusal: Refusal, is_late: bool = False) -> None:
        self._note(issue, refuse_item(self._open(), self._shown(issue), refusal), is_late)

    def _is_late(self, issue: _Issue) -> bool:
        taken = Report.objects.filter(source=self._source, key=issue.key, is_late=False)
        newest = taken.order_by("-issued_at", "-modified_at").values_list("issued_at", "modified_at").first()
        return newest is not None and newest > issue.order

    def _note(self, issue: _Issue, item: Item, is_late: bool = False) -> None:
        Report.objects.create(
            source=self._source,
            item=item,
            path=issue.path,
            modified_at=issue.found.modified_at,
            key=issue.key,
            name=issue.told.name[:255] or self._source.name,
            period=issue.told.period[:100],
            issued_at=issue.issued_at,
            is_late=is_late,
        )

    def _shown(self, issue: _Issue) -> str:
        return f"{self._source.name}/{issue.found.relative}"

    def _open(self) -> Batch:
        self._batch = self._batch or open_visit(self._source)
        return self._batch


def _new_issues(source: Source, folder: Path) -> Iterator[_Issue]:
    known = set(Report.objects.filter(source=source).values_list("path", "modified_at"))
    patterns = str(source.settings.get("pattern") or "*").lower().split()
    dates, now = cast(Dates, source.settings.get("dates") or "issued"), timezone.now()
    for thing in walk(folder):
        if not isinstance(thing, Found) or not _is_wanted(thing, patterns, now):
            continue
        path = key_in_column(thing.relative)
        if (path, thing.modified_at) not in known:
            told = read_report_name(thing.relative, dates, timezone.localdate(now + timedelta(days=1)))
            yield _Issue(thing, path, told, _issued_at(told, thing.modified_at))


def _is_wanted(thing: Found, patterns: list[str], now: datetime) -> bool:
    name = thing.relative.rsplit("/", 1)[-1].lower()
    is_passing = is_leftover(name) or name.startswith(".") or name.endswith((".tmp", ".part", ".filepart"))
    is_settled = (now - thing.modified_at).total_seconds() >= SETTLED_SECONDS
    return thing.size > 0 and is_settled and not is_passing and any(fnmatch(name, each) for each in patterns)


def _issued_at(told: ReportName, modified_at: datetime) -> datetime:
    """Say when a report was put out: as its name says; where that is only the day, the file's time on that day, else
    its beginning; where the name says nothing, the file's time."""
    if told.issued_at is None:
        return modified_at
    written = timezone.localtime(modified_at)
    if told.is_whole_day and written.date() == told.issued_at.date():
        return modified_at
    return timezone.make_aware(told.issued_at)
