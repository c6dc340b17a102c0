"""Over HTTP: saves are answered with what stands there, what is refused says why, and nothing that is typed runs."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.test import Client
from docx import Document

from hiroba.archive.models import Record
from hiroba.archive.queries import records_visible_to
from hiroba.extract.office import find_program
from hiroba.features.writing import actions, queries
from hiroba.features.writing.blocks import TITLE
from hiroba.features.writing.models import Draft
from hiroba.features.writing.posting import Posting, post_draft
from hiroba.foundation.access.principals import EVERYONE, of_unit
from hiroba.foundation.changes.journal import flush_journal
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.people.models import Person
from hiroba.foundation.web.tests.test_marked_text import ATTACKS, require_harmless
from tests.world import World

SECTION = frozenset({of_unit("0402")})


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def begun(world: World, *texts: str) -> Draft:
    draft = actions.start_draft(world.kimura, "受付の手順", [(text, "") for text in texts])
    return actions.share_draft(world.kimura, draft.pk, SECTION)


def save(client: Client, draft: Draft, **sent: object) -> tuple[int, dict[str, object]]:
    body = {"save": "s1", "key": "k1", "base": "", "text": "文です。", "after": None} | sent
    answer = client.post(f"/pages/drafts/{draft.pk}/blocks/", json.dumps(body), content_type="application/json")
    return answer.status_code, answer.json() if answer["Content-Type"] == "application/json" else {}


def posted(world: World, *texts: str) -> Record:
    return post_draft(world.kimura, begun(world, *texts).pk, Posting(frozenset({EVERYONE}))).record


def test_a_save_answers_with_the_block_as_it_stands(world: World) -> None:
    draft = begun(world, "一。")
    status, row = save(signed_in(world.sato), draft, text="**太い**")
    assert status == 200
    assert (row["text"], row["by"], row["split"]) == ("**太い**", "佐藤 花子", False)
    assert "<strong>太い</strong>" in str(row["html"])
    assert save(signed_in(world.kondo), draft)[0] == 404


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b"null",
        b'{"save": 1, "key": "k", "base": "", "text": ""}',
        b'{"save": "s", "key": "", "base": "", "text": ""}',
        b'{"save": "s", "key": "k", "base": "", "text": "", "after": 3}',
        json.dumps({"save": "s" * 65, "key": "k", "base": "", "text": ""}).encode(),
        b"\xff\xfe",
    ],
)
def test_a_save_that_is_none_is_refused_and_changes_nothing(world: World, sent: bytes) -> None:
    draft = begun(world, "一。")
    answer = signed_in(world.kimura).post(f"/pages/drafts/{draft.pk}/blocks/", sent, content_type="application/json")
    assert answer.status_code == 400
    assert queries.get_draft(world.kimura, draft.pk).version == draft.version


def test_what_is_not_kept_says_why_in_words(world: World) -> None:
    draft = begun(world, "一。")
    client = signed_in(world.kimura)
    status, said = save(client, draft, text="個人番号は 1234 5678 9018 です")
    assert status == 409 or status == 400
    assert "GATE-01" in str(said["error"])
    status, said = save(client, draft, text="あ" * (actions.LONGEST_BLOCK + 1))
    assert status == 413
    assert "WRITE-01" in str(said["error"])


def test_halves_of_characters_and_nothing_characters_do_not_stop_a_save(world: World) -> None:
    draft = begun(world, "一。")
    body = '{"save": "s", "key": "k", "base": "", "text": "a\\ud800b\\u0000c"}'
    client = signed_in(world.kimura)
    answer = client.post(f"/pages/drafts/{draft.pk}/blocks/", body, content_type="application/json")
    assert answer.json()["text"] == "a?bc"


def test_nothing_that_is_typed_runs_in_a_draft_a_preview_or_a_page(world: World) -> None:
    draft = begun(world, *ATTACKS[:40])
    client = signed_in(world.kimura)
    for number, attack in enumerate(ATTACKS):
        if "\ud800" not in attack:
            row = save(client, draft, save=f"s{number}", key=f"k{number}", text=attack)[1]
            require_harmless(str(row["html"]))
    shown = client.get(f"/pages/drafts/{draft.pk}/").content.decode()
    assert not re.search(r"<script(?! type=\"(module|application/json)\"| id=\"draft-blocks\")", shown)
    assert "onerror=alert" not in re.sub(
        r"<script id=.draft-blocks.*?</script>|<textarea.*?</textarea>", "", shown, flags=re.S
    )
    client.post(f"/pages/drafts/{draft.pk}/posting/", {"audience": "section"})
    record = Record.objects.get(kind="page")
    page = client.get(f"/records/{record.pk}/").content.decode()
    article = re.search(r'<article class="reading".*?</article>', page, re.S)
    assert article is not None
    inside = re.sub(r'<a class="cite" href="\?revision=[^<]*</a>', "", article[0])
    inside = re.sub(r'</?article[^>]*>| id="l\d+"', "", inside).replace('class="placed"', "").replace("placed ", "")
    require_harmless(inside)


def test_posting_asks_again_where_a_narrow_choice_has_no_reason(world: World) -> None:
    draft = begun(world, "本文。")
    client = signed_in(world.kimura)
    answer = client.post(f"/pages/drafts/{draft.pk}/posting/", {"audience": "person:kimura"})
    assert answer.status_code == 400
    assert "ACCESS-03" in answer.content.decode()
    answer = client.post(f"/pages/drafts/{draft.pk}/posting/", {"audience": "person:kimura", "reason": "まだ案です"})
    assert answer.status_code == 302
    record = Record.objects.get(kind="page")
    assert not records_visible_to(world.sato).filter(pk=record.pk).exists()


def test_the_page_opens_at_the_cited_line_with_its_form(world: World) -> None:
    record = posted(world, "## 件数", "| 窓口 | 件 |\n|---|--:|\n| 東 | 12 |", "- [x] 済んだ")
    html = signed_in(world.kondo).get(f"/records/{record.pk}/?at=line%3D7").content.decode()
    assert '<tr id="here" class="placed cited">' in html
    assert html.count("受付の手順</h1>") == 1
    assert "<h2" in html
    assert "書き直す" not in html
    assert "書き直す" in signed_in(world.sato).get(f"/records/{record.pk}/").content.decode()


def test_a_history_gives_back_what_a_block_said(world: World) -> None:
    draft = begun(world, "一。")
    block = next(each for each in queries.blocks_of(draft) if each.key != TITLE)
    save(signed_in(world.kimura), draft, key=block.key, base="一。", text="木村の文。")
    save(signed_in(world.sato), draft, save="s2", key=block.key, base="木村の文。", text="佐藤の文。")
    client = signed_in(world.kimura)
    before = next(each for each in queries.history_of(draft) if each.text == "木村の文。")
    assert "木村の文。" in client.get(f"/pages/drafts/{draft.pk}/history/").content.decode()
    client.post(f"/pages/drafts/{draft.pk}/history/", {"text": before.pk})
    assert [each.text for each in queries.blocks_of(draft) if each.key == block.key] == ["木村の文。"]
    other = begun(world, "よそ。")
    answer = client.post(f"/pages/drafts/{other.pk}/history/", {"text": before.pk})
    assert answer.status_code == 404


def test_a_page_is_given_as_word_in_the_offices_form(world: World) -> None:
    record = posted(
        world,
        "## 件数",
        "先月は**三百件**。\n続き。",
        "### 内わけ",
        "| 窓口 | 件 |\n|---|--:|\n| 東 | 12 |",
        "- 電話\n- 訪問",
        "1. 甲\n2. 乙",
        "1. 別の一つめ",
        "- [x] 済んだ",
        "[基準](https://example.jp/a)",
        "![図](/records/999999/)",
    )
    answer = signed_in(world.kondo).get(f"/pages/{record.pk}/export/docx/")
    word = Document(io.BytesIO(answer.content))
    texts = [paragraph.text for paragraph in word.paragraphs]
    assert re.match(r"令和\d+年", texts[0])
    assert texts[1] == "子育て支援課 木村 直美"
    assert texts[2] == "受付の手順"
    for line in (
        "1　件数",
        "先月は三百件。\n続き。",
        "(1)　内わけ",
        "・電話",
        "・訪問",
        "1.　甲",
        "2.　乙",
        "1.　別の一つめ",
        "☑　済んだ",
        "基準(https://example.jp/a)",
        "(画像: 図)",
    ):
        assert line in texts
    assert [cell.text for cell in word.tables[0].rows[1].cells] == ["東", "12"]
    assert "filename*=utf-8" in answer["Content-Disposition"]


@pytest.mark.skipif(find_program() is None, reason="LibreOffice is not installed")
def test_a_page_is_given_as_pdf(world: World) -> None:
    answer = signed_in(world.kondo).get(f"/pages/{posted(world, '本文。').pk}/export/pdf/")
    assert answer.content.startswith(b"%PDF-")


def test_a_file_that_is_no_picture_is_not_taken_in(world: World) -> None:
    draft = begun(world, "一。")
    file = io.BytesIO(b"MZ")
    file.name = "setup.exe"
    answer = signed_in(world.kimura).post(f"/pages/drafts/{draft.pk}/pictures/", {"file": file})
    assert answer.status_code == 400
    assert "WRITE-06" in answer.json()["error"]


def test_who_opened_a_draft_and_who_posted_it_is_in_the_journal(world: World) -> None:
    draft = begun(world, "本文。")
    signed_in(world.sato).get(f"/pages/drafts/{draft.pk}/")
    signed_in(world.kimura).post(f"/pages/drafts/{draft.pk}/posting/", {"audience": "everyone"})
    flush_journal()
    noted = JournalEntry.objects.filter(act__in=("draft.read", "page.posted"))
    found = {(each.actor_id, each.act) for each in noted}  # a look is written a moment later than a deed
    assert found == {(world.sato.pk, "draft.read"), (world.kimura.pk, "page.posted")}


def test_the_list_shows_drafts_and_pages_by_right(world: World) -> None:
    begun(world, "一。")
    record = posted(world, "本文。")
    own = signed_in(world.kimura).get("/pages/").content.decode()
    assert own.count("受付の手順") == 2  # a draft, and a page with nothing unposted
    other = signed_in(world.kondo).get("/pages/").content.decode()
    assert other.count("受付の手順") == 1
    assert f"/records/{record.pk}/" in other
