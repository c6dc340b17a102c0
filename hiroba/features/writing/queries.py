"""Drafts and pages as a person may see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from hiroba.archive import queries as archive
from hiroba.archive.actions import can_change
from hiroba.archive.models import Link, Record
from hiroba.archive.originals import path_of
from hiroba.features.writing.blocks import TITLE, as_page, join_blocks
from hiroba.features.writing.models import Block, BlockText, Draft
from hiroba.foundation.access.audiences import principals_in, say_audience, say_principal
from hiroba.foundation.access.principals import of_person, principals_of, readable
from hiroba.foundation.people.models import Person, Team
from hiroba.foundation.people.queries import get_tree, team_ids_of
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.marked_pages import to_page_html
from hiroba.foundation.web.marked_text import to_html

TYPING = dt.timedelta(seconds=8)  # how long after a save its writer counts as typing there
SHORT = 2_000  # characters of a block that is kept rendered: a few megabytes for all of them
KIND = "page"
PARENT = "parent"
"""How a page points at the one it stands under."""


def drafts_visible_to(person: Person) -> QuerySet[Draft]:
    """List the drafts the person may read and type in, the latest first."""
    found = Draft.objects.filter(readable(principals_of(person)), is_discarded=False)
    return found.select_related("owner", "unit", "record").order_by("-updated_at", "-pk")


def unposted_drafts_visible_to(person: Person) -> QuerySet[Draft]:
    """List the drafts in which something stands that was not posted."""
    return drafts_visible_to(person).filter(version__gt=F("posted_version"))


def get_draft(person: Person, draft_id: int) -> Draft:
    """Give one draft; ACCESS-01 answers alike for hidden and for missing ones."""
    draft = drafts_visible_to(person).filter(pk=draft_id).first()
    if draft is None:
        raise Refusal("ACCESS-01")
    return draft


def blocks_of(draft: Draft) -> list[Block]:
    """List a draft's blocks in their order, the title first. The caller has fetched the draft as somebody."""
    return list(draft.blocks.filter(is_gone=False).select_related("edited_by").order_by("place", "pk"))


def text_of(draft: Draft) -> str:
    """Give a draft as the page it would be."""
    blocks = blocks_of(draft)
    return as_page(title_of(blocks), (block.text for block in blocks if block.key != TITLE))


def preview_of(draft: Draft) -> SafeString:
    """Give a draft's text as it will be read. The caller has fetched the draft as somebody."""
    texts = join_blocks(block.text for block in blocks_of(draft) if block.key != TITLE)
    return to_page_html(texts, "", lambda _: SafeString(""))


def title_of(blocks: list[Block]) -> str:
    """Give the title among a draft's blocks."""
    return next((block.text for block in blocks if block.key == TITLE), "")


def shown(text: str) -> SafeString:
    """Render a block; the same short text is rendered once, whoever asks."""
    return _shown(text, get_language() or "") if len(text) <= SHORT else to_html(text)


@lru_cache(maxsize=2_000)
def _shown(text: str, _language: str) -> SafeString:
    return to_html(text)


def block_row(block: Block) -> dict[str, object]:
    """Give a block as the pages that show it need it."""
    return {
        "key": block.key,
        "place": block.place,
        "text": block.text,
        "html": str(shown(block.text)),
        "hint": block.hint,
        "version": block.version,
        "gone": block.is_gone,
        "split": block.is_split,
        "by": block.edited_by.name,
    }


def changes_since(person: Person, draft_id: int, version: int) -> dict[str, object]:
    """Give what changed in a draft since a version, who is typing where, and the version that this is."""
    draft = get_draft(person, draft_id)
    blocks = draft.blocks.filter(version__gt=version).select_related("edited_by").order_by("place", "pk")
    rows = [block_row(block) for block in blocks]
    lately = draft.blocks.filter(edited_at__gte=timezone.now() - TYPING).exclude(edited_by=person)
    typing = {block.key: block.edited_by.name for block in lately.select_related("edited_by")}
    reached = max([version, *(int(str(row["version"])) for row in rows)])
    return {"version": reached, "blocks": rows, "typing": typing, "posted": draft.posted_version}


def history_of(draft: Draft, limit: int = 200) -> list[BlockText]:
    """List what the draft's blocks said, the latest first. The caller has fetched the draft as somebody."""
    texts = BlockText.objects.filter(block__draft=draft).select_related("person", "block")
    return list(texts.order_by("-at", "-pk")[:limit])


def pages_visible_to(person: Person) -> QuerySet[Record]:
    """List the posted pages the person may read."""
    return archive.records_visible_to(person).filter(kind=KIND)


def get_page(person: Person, record_id: int) -> Record:
    """Give one posted page; ACCESS-01 for what is hidden, missing or no page."""
    page = pages_visible_to(person).filter(pk=record_id).first()
    if page is None:
        raise Refusal("ACCESS-01")
    return page


def page_text(record: Record) -> str:
    """Give what a posted page says now, as it was kept. The caller has fetched the record as somebody."""
    if record.current is None:
        raise Refusal("ACCESS-01")
    return path_of(record.current.sha256).read_text(encoding="utf-8", errors="replace")


@dataclass
class Node:
    """A posted page in the tree, with the pages below it that the reader may read."""

    record: Record
    below: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Shelf:
    """The pages of one unit ("" for none), as trees."""

    name: str
    nodes: list[Node]


def page_tree_visible_to(person: Person, limit: int = 500) -> list[Shelf]:
    """Give the posted pages by unit, those below another under it; one whose parent the reader may not read stands
    at the top."""
    nodes = {record.pk: Node(record) for record in pages_visible_to(person).order_by("title", "pk")[:limit]}
    above = dict(Link.objects.filter(kind=PARENT, source__in=nodes).values_list("source_id", "target_id"))
    tops: dict[str, list[Node]] = {}
    tree = get_tree()
    for key, node in nodes.items():
        parent = nodes.get(above.get(key, 0))
        if parent is not None and not _is_below(key, parent.record.pk, above):
            parent.below.append(node)
        else:
            unit = node.record.unit
            tops.setdefault(tree.full_name(unit.code) if unit else "", []).append(node)
    return [Shelf(name, found) for name, found in sorted(tops.items())]


def _is_below(top: int, key: int, above: dict[int, int]) -> bool:
    """Tell whether `key` stands below `top`: a ring that two who moved pages at once could make."""
    seen: set[int] = set()
    while key in above and key not in seen:
        seen.add(key)
        key = above[key]
        if key == top:
            return True
    return False


def parent_of(record: Record) -> int | None:
    """Give the page that a page stands under."""
    return Link.objects.filter(kind=PARENT, source=record).values_list("target_id", flat=True).first()


def draft_of(person: Person, record: Record) -> Draft:
    """Give the draft of a posted page that the person may change; ACCESS-01 where they may not type in it."""
    return get_draft(person, Draft.objects.filter(record=record).values_list("pk", flat=True).first() or 0)


def is_private(draft: Draft) -> bool:
    """Tell whether only one person types in a draft."""
    principals = principals_in(draft.audience_id)
    return len(principals) == 1 and of_person(draft.owner_id) in principals


def possible_parents(person: Person, record: Record | None) -> list[tuple[int, str]]:
    """List the pages under which a page may be put: every one the person may read, but itself."""
    found = pages_visible_to(person).exclude(pk=record.pk if record else 0).order_by("title", "pk")
    return list(found.values_list("pk", "title")[:300])


def can_post(person: Person, draft: Draft) -> bool:
    """Tell whether the person may post or share a draft: whoever began it, and its section for a posted page."""
    return draft.owner_id == person.pk or (draft.record is not None and can_change(person, draft.record))


def teams_of(person: Person) -> list[str]:
    """List the names of the teams the person is in today."""
    return list(Team.objects.filter(pk__in=team_ids_of(person)).order_by("name").values_list("name", flat=True))


def sharing_of(audience_id: int) -> str:
    """Say who is in an audience."""
    return say_audience(principals_in(audience_id))


def writers_of(draft: Draft) -> str:
    """Say who types in a draft: 子育て支援課・窓口改善PT, or only its writer."""
    principals = principals_in(draft.audience_id)
    others = principals - {of_person(draft.owner_id)} or principals
    tree = get_tree()
    return "・".join(say_principal(name, tree) for name in sorted(others))
