"""How the folders of reports stand: for administrators all, for others those they stand for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

from hiroba.archive.models import Record
from hiroba.archive.queries import records_visible_to
from hiroba.foundation.access.audiences import principals_in
from hiroba.foundation.access.principals import is_administrator, principals_of
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest.models import Report, Source
from hiroba.ingest.reports import KIND

SHOWN = 200


@dataclass(frozen=True)
class ReportSource:
    """A folder in the list: how many reports it has given, in how many issues, and when the last was put out."""

    source: Source
    reports: int
    issues: int
    last_at: dt.datetime | None

    @property
    def trouble(self) -> dict[str, object] | None:
        """What the last visit said, to be put into words; None when it went well."""
        return {"code": self.source.last_code, "params": self.source.last_params} if self.source.last_code else None


@dataclass(frozen=True)
class KnownReport:
    """A report by its name, its issues, and the record that they are revisions of (None: not there for this person)."""

    name: str
    period: str
    issues: int
    last: Report
    record: Record | None

    @property
    def trouble(self) -> dict[str, object] | None:
        """What became of the last issue where it did not come in as usual."""
        item = self.last.item
        return {"code": item.code, "params": item.params} if item and item.code else None


@dataclass(frozen=True)
class ReportPage:
    """One folder with its reports, those put out last first; without any for whoever only administers it."""

    row: ReportSource
    reports: list[KnownReport]
    late: list[Report]
    may_see: bool


def report_sources_visible_to(person: Person) -> list[ReportSource]:
    """List the folders by name."""
    return [_row(source) for source in _visible(person)]


def find_reports_visible_to(person: Person, source_id: int) -> ReportPage | None:
    """Give one folder of reports, None when it is not there for this person."""
    source = _visible(person).filter(pk=source_id).first()
    if source is None:
        return None
    row, may_see = _row(source), bool(principals_of(person) & principals_in(source.audience_id))
    if not may_see:
        return ReportPage(row, [], [], may_see)
    late = Report.objects.filter(source=source, is_late=True).order_by("-pk")
    return ReportPage(row, _reports(person, source), list(late[:20]), may_see)


def get_reports_visible_to(person: Person, source_id: int) -> ReportPage:
    """Give one folder of reports; ACCESS-01 when it is not there for this person."""
    found = find_reports_visible_to(person, source_id)
    if found is None:
        raise Refusal("ACCESS-01")
    return found


def _reports(person: Person, source: Source) -> list[KnownReport]:
    taken = Report.objects.filter(source=source, is_late=False)
    groups = taken.values("key").annotate(issues=Count("pk"), last_at=Max("issued_at"), newest=Max("pk"))
    shown = list(groups.order_by("-last_at", "key")[:SHOWN])
    last = {each.pk: each for each in taken.filter(pk__in=[row["newest"] for row in shown]).select_related("item")}
    readable = records_visible_to(person).filter(source=source.record_source)
    records = {each.external_key: each for each in readable.filter(external_key__in=[row["key"] for row in shown])}
    return [
        KnownReport(last[row["newest"]].name, last[row["newest"]].period, row["issues"], last[row["newest"]], record)
        for row, record in ((row, records.get(row["key"])) for row in shown)
    ]


def _visible(person: Person) -> QuerySet[Source]:
    sources = Source.objects.filter(kind=KIND).select_related("person", "unit").order_by("name")
    return sources if is_administrator(person) else sources.filter(person=person)


def _row(source: Source) -> ReportSource:
    taken = Report.objects.filter(source=source, is_late=False)
    told = taken.aggregate(reports=Count("key", distinct=True), issues=Count("pk"), last_at=Max("issued_at"))
    return ReportSource(source, told["reports"], told["issues"], told["last_at"])
