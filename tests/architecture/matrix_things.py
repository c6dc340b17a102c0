"""One of each thing that addresses name, in the small office: what the access matrix is asked about."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from hiroba.archive.models import Record
from hiroba.features.account.actions import add_token
from hiroba.features.conversation.actions import Words, speak
from hiroba.features.conversation.asking import ask_question
from hiroba.features.conversation.channels import Plan, found_channel
from hiroba.features.conversation.confirming import ask_confirmation
from hiroba.features.conversation.models import ChannelKind, MessageFile, Receipt
from hiroba.features.conversation.polls import NewPoll, open_poll
from hiroba.features.conversation.scheduling import schedule_message
from hiroba.features.forms.models import FieldValue, FilledSheet, Form, FormField
from hiroba.features.tray.models import Paper, Scan, Separator
from hiroba.features.writing.actions import share_draft, start_draft
from hiroba.features.writing.posting import Posting, post_draft
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.foundation.access.principals import of_unit
from hiroba.foundation.people.models import PendingImport, Person, RoleGrant, Team, Token
from hiroba.foundation.people.queries import today
from hiroba.ingest.models import Item, ItemState, Source
from hiroba.ingest.receiving import Parcel, open_batch, receive
from hiroba.ingest.versions.models import Pair, PairState
from tests.world import World

FILE = "職員番号,ログイン,氏名,部署コード,部署名\r\n2001,mori,森 茂,0602,清掃課\r\n".encode()


def things_of(world: World) -> dict[str, object]:
    """Give one of each thing that addresses name, the section's or kimura's own."""
    for login in ("former", "left"):
        person = Person.objects.create(login=login, name="異動 した", staff_number=login, is_active=login != "left")
        person.posts.create(unit=world.units["0702"], from_on=today())
        world.people[login] = person
    RoleGrant.objects.create(person=world.ogawa, role="auditor", from_on=today())
    section = frozenset({of_unit("0402")})
    record = world.keep(world.kimura, "報告.txt", "予算の文です。", to=section).record
    withdrawn = world.keep(world.kimura, "取り下げ.txt", "予算の文です。", to=section).record
    type(withdrawn).objects.filter(pk=withdrawn.pk).update(state="withdrawn")
    batch = open_batch(world.kimura, "upload:matrix", section)
    item = receive(batch, Parcel("a.txt", "a.txt"), [b"x"])
    Item.objects.filter(pk=item.pk).update(state=ItemState.FAILED)
    add_token(world.kimura, "matrix")
    return {
        "record": record.pk,
        "withdrawn": withdrawn.pk,
        "held": world.keep(world.kimura, "名簿.txt", "個人番号 123456789018").record.pk,
        "batch": batch.pk,
        "item": item.pk,
        "token": Token.objects.get(name="matrix").pk,
        "person": world.sato.pk,
        "pending": PendingImport.objects.create(
            file=FILE, on=today(), is_part=True, mark="", gains=[], proposed_by=world.endo, proposed_at=timezone.now()
        ).pk,
        "team": Team.objects.get().pk,
        "source": _source(world, section),
        "table": _table(world, section),
        **_paper(world, section),
        **_form(world, section),
        "pair": _pair(world, section),
        **_talk(world, record),
        **_pages(world, section),
    }


def _pages(world: World, section: frozenset[str]) -> dict[str, object]:
    """A draft that the section writes, and a page that was posted for it."""
    drafts = [start_draft(world.kimura, "受付の手順", [("本文です。", "")]) for _ in range(2)]
    share_draft(world.kimura, drafts[0].pk, section)
    return {"draft": drafts[0].pk, "page": post_draft(world.kimura, drafts[1].pk, Posting(section)).record.pk}


def _talk(world: World, record: Record) -> dict[str, object]:
    """A channel of the section with a message that carries a file."""
    plan = Plan("入園係の話", "窓口", ChannelKind.UNIT, unit_code="0402")
    channel = found_channel(world.kimura, plan)
    message = speak(world.kimura, channel.pk, Words("窓口の様子です。"))
    file = MessageFile.objects.create(message=message, record=record, name="報告.txt")
    asking = speak(world.kimura, channel.pk, Words("@佐藤 花子 さん、どう受け取りましたか。"))
    ask_question(world.kimura, asking.pk, "佐藤 花子")
    receipt = ask_confirmation(world.kimura, asking.pk).receipts.get()
    tomorrow = timezone.now() + dt.timedelta(days=1)
    Receipt.objects.filter(pk=receipt.pk).update(words="はい", written_at=timezone.now())
    return {
        "channel": channel.pk,
        "thread": message.thread_id,
        "message": message.pk,
        "message_file": file.pk,
        "asking": asking.pk,
        "receipt": receipt.pk,
        "poll": open_poll(world.kimura, channel.pk, NewPoll("いつがよいですか", ("月", "火"))).pk,
        "scheduled": schedule_message(world.kimura, (channel.pk, 0), Words("あとで"), tomorrow).pk,
    }


def _pair(world: World, section: frozenset[str]) -> int:
    older, newer = (world.keep(world.kimura, f"案{n}.txt", "予算の文です。", to=section).record for n in (1, 2))
    offered = Pair(older=older, newer=newer, kind="version", likeness=1.0, state=PairState.OFFERED)
    offered.found_at = timezone.now()
    offered.save()
    return offered.pk


def _paper(world: World, section: frozenset[str]) -> dict[str, object]:
    """A paper in the section's tray, its scan and the sheet before it."""
    now, audience, unit = timezone.now(), find_or_add_audience(section), world.units["0402"]
    record = world.keep(world.kimura, "紙.pdf", "予算の文です。", to=section).record
    item = receive(open_batch(world.kimura, "scan:matrix", section), Parcel("紙.pdf", "紙.pdf"), [b"%PDF-"])
    Item.objects.filter(pk=item.pk).update(record=record, state=ItemState.DONE)
    kept = {"unit": unit, "audience": audience}
    sheet = Separator.objects.create(person=world.kimura, made_at=now, **kept)
    source = Source.objects.create(
        kind="scan", name="スキャナー", person=world.kimura, audience=audience, created_at=now, due_at=now
    )
    scan = Scan.objects.create(
        source=source, key="紙.pdf", modified_at=now, original=item.original, received_at=now, parted_at=now, **kept
    )
    paper = Paper.objects.create(scan=scan, item=item, separator=sheet, pages=[1], **kept)
    return {"paper": paper.pk, "scan": scan.pk, "separator": sheet.pk}


def _form(world: World, section: frozenset[str]) -> dict[str, object]:
    """A form of the section with a field, and a sheet about which something is asked."""
    blank, filled = (world.keep(world.kimura, name, "氏名", to=section).record for name in ("様式.xlsx", "票.xlsx"))
    form = Form.objects.create(
        name="申込書",
        unit=world.units["0402"],
        audience=find_or_add_audience(section),
        person=world.kimura,
        blank=blank.current,
        medium="cells",
        made_at=timezone.now(),
    )
    field = FormField.objects.create(form=form, ordinal=0, name="氏名", kind="text", place="申込書!A1")
    sheet = FilledSheet.objects.create(
        form=form, record=filled, revision=filled.current, state="asking", made_at=timezone.now()
    )
    value = FieldValue.objects.create(sheet=sheet, field=field, question="FORM-01", picture=b"png")
    return {"form": form.pk, "sheet": sheet.pk, "value": value.pk}


def _table(world: World, section: frozenset[str]) -> int:
    now = timezone.now()
    source = Source.objects.create(
        kind="table",
        name="台帳",
        person=world.kimura,
        audience=find_or_add_audience(section),
        created_at=now,
        due_at=now,
    )
    return source.pk


def _source(world: World, section: frozenset[str]) -> int:
    now = timezone.now()
    return Source.objects.create(
        kind="imap",
        name="matrix",
        person=world.kimura,
        audience=find_or_add_audience(section),
        due_at=now,
        created_at=now,
    ).pk
