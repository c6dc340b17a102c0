"""Pages as JSON: post one, read one as Markdown, write one on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema, Status

from hiroba.features.writing import actions, posting, queries
from hiroba.features.writing.blocks import split_blocks, without_title
from hiroba.foundation.access.principals import parse_audience
from hiroba.foundation.web.asking import note, person_of

router = Router(tags=["writing"])


class PageIn(Schema):
    """A page to post: Markdown without its title, and for whom (`everyone`, `section`, `team:NAME` …)."""

    title: str
    text: str
    audience: str = "everyone"
    reason: str = ""
    parent: int | None = None


class PageChange(Schema):
    """What a page is to say from now on. `base` is the text it was made of: what others wrote meanwhile is merged."""

    text: str
    base: str
    title: str = ""


class PageOut(Schema):
    """A posted page as it is now, as Markdown without its title."""

    record: int
    title: str
    revision: int
    text: str


@router.post("", response={201: PageOut})
def post_page(request: HttpRequest, page: PageIn) -> Status[dict[str, Any]]:
    """Post a page."""
    person = person_of(request)
    parent = queries.get_page(person, page.parent) if page.parent is not None else None
    blocks = [(text, "") for text in split_blocks(page.text)]
    audience = posting.Posting(parse_audience(page.audience, person), page.reason)
    draft = actions.start_draft(person, page.title, blocks, parent)
    kept = posting.post_draft(person, draft.pk, audience)
    note(request, "page.posted", "record", kept.record.pk, kept.outcome)
    return Status(201, _page(request, kept.record.pk))


@router.get("/{record_id}", response=PageOut)
def get_page(request: HttpRequest, record_id: int) -> dict[str, Any]:
    """Give a posted page as Markdown."""
    page = _page(request, record_id)
    note(request, "record.read", "record", record_id)
    return page


@router.put("/{record_id}", response=PageOut)
def put_page(request: HttpRequest, record_id: int, change: PageChange) -> dict[str, Any]:
    """Write a page on and post it: a new revision for those who read it already."""
    person = person_of(request)
    draft = queries.draft_of(person, queries.get_page(person, record_id))
    actions.save_whole(person, draft.pk, change.title or draft.title, change.base, change.text)
    kept = posting.post_draft(person, draft.pk, posting.Posting(parse_audience("section", person)))
    note(request, "page.posted", "record", record_id, kept.outcome)
    return _page(request, record_id)


def _page(request: HttpRequest, record_id: int) -> dict[str, Any]:
    page = queries.get_page(person_of(request), record_id)
    text = without_title(queries.page_text(page)).strip("\n")
    number = page.current.number if page.current else 0
    return {"record": page.pk, "title": page.title, "revision": number, "text": text}
