"""Write together: each save is one transaction, merged with what others wrote, and told to their pages."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from hiroba.archive import gate
from hiroba.archive.actions import own_section
from hiroba.archive.models import Record
from hiroba.extract.passages import Extraction, Passage
from hiroba.features.writing.blocks import TITLE, align, join_blocks, split_blocks
from hiroba.features.writing.merging import merge
from hiroba.features.writing.models import Block, BlockText, Draft, Save
from hiroba.features.writing.pictures import has_waiting, open_pictures, with_records
from hiroba.features.writing.queries import blocks_of, can_post, drafts_visible_to, get_draft, text_of, title_of
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import of_person
from hiroba.foundation.changes import log
from hiroba.foundation.people.models import Person, Unit
from hiroba.foundation.people.queries import section_of
from hiroba.foundation.refusal import Refusal

LONGEST_BLOCK = 100_000  # characters
MOST_BLOCKS = 3_000
STEP = 1 << 20  # between the places of two neighbours
STRETCH = dt.timedelta(minutes=2)  # of one person's typing in a block that is one line of its history
SAVES_KEPT = dt.timedelta(days=30)  # how long a page that was offline may come back with a save


@dataclass(frozen=True)
class Typed:
    """What a page sends of one block: what it said when the typing began (`base`) and what it says now. A block that
    is not there yet is put after the one named `after` ("" at the top)."""

    save_key: str
    block_key: str
    base: str
    text: str
    after: str | None = None
    is_gone: bool = False


@transaction.atomic
def start_draft(
    person: Person, title: str, blocks: Sequence[tuple[str, str]] = (), parent: Record | None = None
) -> Draft:
    """Begin a page that only its writer sees, of blocks given as (text, hint). Records draft.revised.

    GATE-01 for a マイナンバー in the title."""
    gate.require_no_number(title, "name")
    now, section = timezone.now(), section_of(person)
    draft = Draft.objects.create(
        owner=person,
        unit=Unit.objects.get(code=section) if section else None,
        audience=find_or_add_audience({of_person(person.pk)}),
        parent=parent,
        created_at=now,
        updated_at=now,
    )
    _fill(person, draft, title, list(blocks) or [("", "")])
    log.record("draft.revised", "draft", draft.pk, person.pk)
    return draft


def _fill(person: Person, draft: Draft, title: str, texts: list[tuple[str, str]]) -> None:
    draft.version += 1
    draft.title = " ".join(title.split())[:200]
    draft.save(update_fields=["version", "title"])
    rows = [(TITLE, 0, draft.title, ""), *((_new_key(), (n + 1) * STEP, *each) for n, each in enumerate(texts))]
    Block.objects.bulk_create(
        Block(
            draft=draft,
            key=key,
            place=place,
            text=text,
            hint=hint,
            version=draft.version,
            edited_by=person,
            # What nobody typed just now does not say that somebody is typing.
            edited_at=timezone.now() - dt.timedelta(minutes=1),
        )
        for key, place, text, hint in rows
    )


def _new_key() -> str:
    return secrets.token_hex(8)


def save_block(person: Person, draft_id: int, typed: Typed) -> Block:
    """Keep what somebody typed into a block, merged with what others wrote meanwhile; on disk when this returns.

    The same save key again changes nothing and answers with what stands there. ACCESS-01 where the draft is not theirs
    to type in, GATE-01 for a マイナンバー and WRITE-08 for personal data where others than the section type (nothing is
    kept), WRITE-01 for what is too long. Records draft.revised."""
    if len(typed.text) > LONGEST_BLOCK or len(typed.base) > LONGEST_BLOCK:
        raise Refusal("WRITE-01", limit=LONGEST_BLOCK)
    seen = get_draft(person, draft_id)  # who they are is asked before anything is locked
    if not typed.is_gone:
        require_writable(typed.text, seen.owner, principals_in(seen.audience_id))
    with transaction.atomic():
        draft = _locked(person, draft_id)
        block = draft.blocks.select_for_update().filter(key=typed.block_key).first()
        if block is not None and draft.saves.filter(key=typed.save_key).exists():
            return block
        Save.objects.get_or_create(draft=draft, key=typed.save_key, defaults={"at": timezone.now()})
        if block is None:
            block = _new_block(person, draft, typed)
        _write(person, draft, block, typed)
        log.record("draft.revised", "draft", draft.pk, person.pk)
    return block


def require_writable(text: str, owner: Person, principals: frozenset[str]) -> None:
    """Refuse what may not stand in a draft that `principals` read: a マイナンバー (GATE-01); personal
    data (WRITE-08) where others than people by name and the owner's section read it."""
    verdict = gate.examine(Extraction((Passage("file", text),)))
    outside = {name for name in principals - own_section(owner) if not name.startswith("person:")}
    if verdict.code == gate.MY_NUMBER:
        raise Refusal("GATE-01", places="file")
    if verdict.code == gate.PERSONAL and outside:
        raise Refusal("WRITE-08")


def _locked(person: Person, draft_id: int) -> Draft:
    """Lock a draft the person may type in. The lock is the row's own: who may read it is asked afterwards."""
    Draft.objects.select_for_update().filter(pk=draft_id).first()
    draft = drafts_visible_to(person).filter(pk=draft_id).first()
    if draft is None:
        raise Refusal("ACCESS-01")
    return draft


def _new_block(person: Person, draft: Draft, typed: Typed) -> Block:
    if draft.blocks.count() >= MOST_BLOCKS:
        raise Refusal("WRITE-01", limit=MOST_BLOCKS)
    return Block(
        draft=draft,
        key=typed.block_key,
        place=_place_after(draft, typed.after),
        text="",
        version=0,
        edited_by=person,
        edited_at=timezone.now(),
    )


def _place_after(draft: Draft, after: str | None) -> int:
    """Give a place behind a block and before the next; without room, all move up."""
    places = list(draft.blocks.order_by("place", "pk").values_list("key", "place"))
    at = next((n for n, (key, _) in enumerate(places) if key == after), len(places) - 1)
    before = places[at][1] if places else 0
    following = places[at + 1][1] if at + 1 < len(places) else before + 2 * STEP
    if following - before > 1:
        return (before + following) // 2
    draft.version += 1
    for n, (key, _) in enumerate(places):
        draft.blocks.filter(key=key).update(place=n * STEP, version=draft.version)
    return at * STEP + STEP // 2


def _write(person: Person, draft: Draft, block: Block, typed: Typed) -> None:
    """Merge, count up, and keep a line of history."""
    if typed.is_gone:
        block.is_gone = block.text == typed.base  # somebody wrote into it meanwhile: then it stays
    elif block.is_gone:  # somebody took it away while this was typed: what was typed is there again
        block.text, block.is_gone = typed.text, False
    else:
        merged = merge(typed.base, block.text, typed.text)
        block.text, block.is_split = merged.text, merged.is_split or (block.is_split and typed.text != "")
    if block.key == TITLE:
        block.text, block.is_gone = " / ".join(block.text.split("\n"))[:200], False
        draft.title = block.text
    now = timezone.now()
    draft.version += 1
    draft.updated_at = block.edited_at = now
    block.version, block.edited_by = draft.version, person
    block.save()
    draft.save(update_fields=["version", "updated_at", "title"])
    _remember(block, person, now)


def _remember(block: Block, person: Person, now: dt.datetime) -> None:
    last = block.texts.order_by("-pk").first()
    if last is not None and last.person_id == person.pk and now - last.at < STRETCH:
        last.text, last.is_gone = block.text, block.is_gone
        last.save(update_fields=["text", "is_gone"])
    else:
        BlockText.objects.create(block=block, text=block.text, is_gone=block.is_gone, person=person, at=now)


@transaction.atomic
def save_whole(person: Person, draft_id: int, title: str, base: str, text: str) -> Draft:
    """Keep a whole text typed without scripts: merged with what others wrote since it was shown (`base`), and parted
    into the blocks it has now. GATE-01 as for a block. Records draft.revised."""
    if max(len(text), len(base)) > 10 * LONGEST_BLOCK:
        raise Refusal("WRITE-01", limit=10 * LONGEST_BLOCK)
    draft = _locked(person, draft_id)
    blocks = blocks_of(draft)
    before = [(block.key, block.text) for block in blocks if block.key != TITLE and block.text.strip()]
    merged = merge(_even(base), join_blocks(text for _, text in before), _even(text))
    after = align(before, split_blocks(merged.text))
    kept = {key for key, _ in after}
    previous: str = TITLE
    _save(person, draft, TITLE, title_of(blocks), title, "")
    for key, was in before:
        if key not in kept:
            _save(person, draft, key, was, was, "", is_gone=True)
    for found, new in after:
        name = found or _new_key()
        was = dict(before).get(name, "")
        if new != was:
            _save(person, draft, name, was, new, previous)
        previous = name
    return draft


def _even(text: str) -> str:
    """Give a text as blocks put together again, so that two spellings of the same blocks are no difference."""
    return join_blocks(split_blocks(text))


def _save(person: Person, draft: Draft, key: str, base: str, text: str, after: str, is_gone: bool = False) -> None:
    if base != text or is_gone:
        save_block(person, draft.pk, Typed(_new_key(), key, base, text, after, is_gone))


def settle_pictures(person: Person, draft_id: int) -> None:
    """Put the record of each picture that was read meanwhile where it waits in a draft. Records draft.revised."""
    draft = get_draft(person, draft_id)
    for block in blocks_of(draft):
        text = with_records(draft.pk, block.text) if has_waiting(block.text) else block.text
        if text != block.text:
            save_block(person, draft_id, Typed(_new_key(), block.key, block.text, text))
            open_pictures(person, text, principals_in(draft.audience_id), draft.title)


def put_back(person: Person, draft_id: int, text_id: int) -> Block:
    """Let a block say again what it said before; what it says now stays in the history. Records draft.revised."""
    draft = drafts_visible_to(person).filter(pk=draft_id).first()
    found = BlockText.objects.filter(pk=text_id, block__draft=draft).select_related("block").first()
    if draft is None or found is None:
        raise Refusal("ACCESS-01")
    now = found.block.text
    return save_block(person, draft_id, Typed(_new_key(), found.block.key, now, found.text))


@transaction.atomic
def settle_block(person: Person, draft_id: int, key: str) -> Block:
    """Say that somebody looked at a block that two wrote. Records draft.revised."""
    draft = _locked(person, draft_id)
    block = draft.blocks.filter(key=key).first()
    if block is None:
        raise Refusal("ACCESS-01")
    draft.version += 1
    draft.save(update_fields=["version"])
    block.is_split, block.version = False, draft.version
    block.save(update_fields=["is_split", "version"])
    log.record("draft.revised", "draft", draft.pk, person.pk)
    return block


@transaction.atomic
def share_draft(person: Person, draft_id: int, principals: frozenset[str]) -> Draft:
    """Say who may read and type in a draft, with its pictures; whoever says so stays in. ACCESS-02 unless it is theirs,
    WRITE-08 for others than the section where it holds personal data. Records draft.shared."""
    draft = _locked(person, draft_id)
    if not can_post(person, draft):
        raise Refusal("ACCESS-02")
    text = text_of(draft)
    require_writable(text, draft.owner, principals)
    draft.audience = find_or_add_audience(principals | {of_person(draft.owner_id), of_person(person.pk)})
    draft.save(update_fields=["audience"])
    log.record("draft.shared", "draft", draft.pk, person.pk)
    open_pictures(person, text, principals, draft.title)
    return draft


@transaction.atomic
def discard_draft(person: Person, draft_id: int) -> Draft:
    """Throw away a draft that was never posted. ACCESS-02 unless it is theirs, WRITE-02 for a posted page: that is
    withdrawn on its own page. Records draft.discarded."""
    draft = _locked(person, draft_id)
    if not can_post(person, draft):
        raise Refusal("ACCESS-02")
    if draft.record_id is not None:
        raise Refusal("WRITE-02")
    draft.is_discarded = True
    draft.save(update_fields=["is_discarded"])
    log.record("draft.discarded", "draft", draft.pk, person.pk)
    return draft


def sweep_saves() -> int:
    """Forget the keys of saves nobody sends again; give how many."""
    return Save.objects.filter(at__lt=timezone.now() - SAVES_KEPT).delete()[0]
