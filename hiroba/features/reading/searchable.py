"""検索できるPDF: the pages of paper with what was read of them, to keep beside the untouched original."""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from hiroba.archive import queries as archive
from hiroba.archive.lines import lines_of
from hiroba.archive.models import Revision
from hiroba.extract.searchable_pdf import SearchablePdf, Sheet
from hiroba.features.reading.pages import print_page
from hiroba.features.reading.paper import is_paper
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal

MOST_PAGES = 200


def make_searchable_pdf(person: Person, record_id: int, number: int | None = None) -> tuple[str, bytes]:
    """Give a file name and a PDF/A-2b of a revision that was read from paper, as the person may read it.

    ACCESS-01 when hidden or not paper; PAPER-08 when it has more pages than are put together at once;
    ARCHIVE-01 when a page cannot be drawn."""
    revision = archive.get_revision(person, record_id, number)
    if not is_paper(revision):
        raise Refusal("ACCESS-01")
    pages = int(revision.facts.get("pages", "1"))
    if pages > MOST_PAGES:
        raise Refusal("PAPER-08", pages=pages, most=MOST_PAGES)
    lines = _lines_by_page(revision)
    document = SearchablePdf(revision.record.title, revision.received_at)
    for page in range(1, pages + 1):
        document.add_page(_sheet(revision.sha256, page), lines[page])
    name = _("%(name)s_検索用.pdf") % {"name": PurePosixPath(revision.file_name).stem}
    return name, document.finished()


def _lines_by_page(revision: Revision) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for passage in archive.passages_of(revision).filter(locator__startswith="page=").iterator(chunk_size=500):
        page = int(passage.locator[5:].partition(";")[0])
        for line in lines_of(passage.locator, passage.text, passage.spans):
            found[page].append((line.locator, passage.text[line.start : line.end]))
    return found


def _sheet(sha256: str, page: int) -> Sheet:
    drawn = print_page(sha256, page)
    if not drawn.attachments:
        raise Refusal("ARCHIVE-01")
    facts = drawn.facts
    return Sheet(
        wide=float(facts["wide"]),
        high=float(facts["high"]),
        content=drawn.attachments[0].content,
        coding=facts["coding"],
        across=int(facts["across"]),
        down=int(facts["down"]),
        colours=int(facts["colours"]),
    )
