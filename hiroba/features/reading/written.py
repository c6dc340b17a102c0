"""A page that was written here, as it is read: with its headings, tables, pictures and cards of what it cites."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hiroba.archive.models import Revision
from hiroba.archive.originals import path_of
from hiroba.foundation.web.locators import place_in_words
from hiroba.foundation.web.marked_pages import to_page_html

KIND = "page"


def find_written(revision: Revision, here: str) -> SafeString | None:
    """Give a page's text as HTML, marked at the place `here`; None for every other kind of record, and where its bytes
    are missing. The caller has fetched the revision as somebody."""
    if revision.record.kind != KIND or revision.original is None or not path_of(revision.sha256).is_file():
        return None
    text = path_of(revision.sha256).read_text(encoding="utf-8", errors="replace")

    def cite(locator: str) -> SafeString:
        place = place_in_words(locator)
        asked = urlencode({"revision": str(revision.number), "at": locator})
        label = _("%(place)s を開く・引用する") % {"place": place}
        return format_html('<a class="cite" href="?{}#here" data-cite aria-label="{}">{}</a>', asked, label, place)

    return to_page_html(_without_title(text), here, cite)


def _without_title(text: str) -> str:
    """Leave out the heading that is the page's title, which stands above; lines keep their numbers."""
    first, _end, rest = text.partition("\n")
    return f"\n{rest}" if first.startswith("# ") else text
