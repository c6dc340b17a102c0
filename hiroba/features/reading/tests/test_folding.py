"""A mail's page shows what was written, folds what was quoted, and opens the fold that holds what was cited."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from hiroba.archive.arrivals import link_records
from hiroba.archive.models import Record
from hiroba.extract.mail import read_mail
from hiroba.foundation.access.audiences import find_or_add_audience
from hiroba.ingest.models import OutsideFile, Source
from tests.world import World

pytestmark = pytest.mark.django_db
LETTER = """From: a@x.example
Subject: Re: 花壇
Content-Type: text/plain; charset=utf-8

承知しました。月曜は木村がします。

--
木村 直美
子育て支援課

-----Original Message-----
From: b@x.example
Sent: Friday
Subject: 花壇

水やりの当番を決めてください。

道具もお願いします。
"""


def page(world: World, record: Record, at: str = "") -> str:
    client = Client()
    client.force_login(world.kimura)
    return client.get(f"/records/{record.pk}/{f'?at={at}' if at else ''}").content.decode()


def mail(world: World, name: str = "a.eml", text: str = LETTER) -> Record:
    return world.keep(world.kimura, name, passages=read_mail(text.encode()).passages).record


def article(html: str) -> str:
    return html.partition("<article")[2].partition("</article>")[0]


def test_what_was_quoted_and_the_signature_are_folded_and_all_there(world: World) -> None:
    shown = article(page(world, mail(world)))
    folds = re.findall(r"<details>(.*?)</details>", shown, re.DOTALL)
    assert ["署名" in folds[0], "前のメールの引用" in folds[1]] == [True, True]
    assert "子育て支援課" in folds[0]
    assert "道具もお願いします。" in folds[1]
    opened = re.sub(r"<details>.*?</details>", "", shown, flags=re.DOTALL)
    assert "月曜は木村がします。" in opened
    assert "道具" not in opened


def test_the_fold_that_holds_what_was_cited_is_open(world: World) -> None:
    record = mail(world)
    assert record.current is not None
    cited = record.current.passages.get(text__contains="道具")
    shown = article(page(world, record, cited.locator))
    assert "<details open><summary>前のメールの引用" in shown
    assert shown.count('id="here"') == 1


def test_every_part_of_a_page_has_a_name_of_its_own(world: World) -> None:
    text = "Subject: x\n\n一行目\n> 引用\n二行目\n> 引用\n三行目\n-- \n署名\n"
    ids = re.findall(r' id="([^"]+)"', article(page(world, mail(world, text=text))))
    assert len(ids) == len(set(ids)) >= 4


def test_other_kinds_are_never_folded(world: World) -> None:
    record = world.keep(world.kimura, "説明.txt", "本文", "> 引用ではない記号\n> の行").record
    assert "<details" not in article(page(world, record))


def test_replies_are_named_on_both_ends(world: World) -> None:
    first, answer = mail(world, "1.eml"), mail(world, "2.eml", LETTER + "返事")
    link_records("reply", answer, first)
    assert "このメールへの返信" in page(world, first)
    assert "返信先のメール" in page(world, answer)


def test_a_file_that_went_away_on_its_server_is_marked_and_stays(world: World) -> None:
    now = timezone.now()
    audience = find_or_add_audience(["unit:0402"])
    source = Source.objects.create(
        kind="smb", name="共有", person=world.kimura, audience=audience, due_at=now, created_at=now
    )
    record = world.keep(world.kimura, "計画.txt", "計画の文").record
    Record.objects.filter(pk=record.pk).update(source=source.record_source)
    seen = {"path": "計画.txt", "size": 1, "modified_at": now, "changed_at": now, "round": 1, "audience": audience}
    file = OutsideFile.objects.create(source=source, external_key=record.external_key, **seen)
    assert "元の場所からなくなりました" not in page(world, record)
    OutsideFile.objects.filter(pk=file.pk).update(gone_at=now)
    shown = page(world, record)
    assert "元の場所からなくなりました" in shown
    assert "計画の文" in shown
