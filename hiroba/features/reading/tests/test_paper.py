from __future__ import annotations

import io
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from hiroba.archive import gate
from hiroba.archive.arrivals import Arrival, keep_arrival
from hiroba.archive.models import Record
from hiroba.archive.originals import add_original, store_bytes
from hiroba.extract.passages import Extraction, Mark, Passage, Span
from hiroba.foundation.access.principals import EVERYONE
from hiroba.foundation.changes.journal import flush_journal
from hiroba.foundation.changes.models import JournalEntry
from hiroba.foundation.people.models import Person
from tests.world import World

FIRST, SECOND = "page=1;box=70,100,200,12", "page=1;box=70,120,200,12"
SURE = "page=2;box=70,100,90,12"


@pytest.fixture
def paper(world: World, settings: object, tmp_path: Path) -> Record:
    settings.HOME = tmp_path  # type: ignore[attr-defined]  # pages drawn for this test stay with it
    first, second = (Image.new("1", (827, 1169), 1) for _ in range(2))
    held = io.BytesIO()
    first.save(held, "TIFF", save_all=True, append_images=[second], compression="group4", dpi=(100, 100))
    text = "公園の遊具を点検しま|た。"
    spans = (Span(0, 6, FIRST), Span(6, len(text), SECOND))
    extraction = Extraction(
        (
            Passage("page=1;box=70,100,200,32", text, spans=spans, marks=(Mark(10, 11, "unsure", "41"),)),
            Passage(SURE, "異常はありません。"),
        ),
        facts={"pages": "2"},
        extractor="picture/1+recognition/1",
    )
    arrival = Arrival(
        source="test",
        external_key="点検.tif",
        file_name="点検.tif",
        kind="image",
        title="点検の結果",
        original=add_original(store_bytes([held.getvalue()]), "点検.tif"),
        extraction=extraction,
        owner=world.kimura,
        principals=frozenset({EVERYONE}),
        dated_at=timezone.now(),
        unit=world.units["0402"],
    )
    return keep_arrival(arrival, gate.examine(extraction)).record


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_doubts_are_underlined_and_shown_on_the_picture_of_the_page(world: World, paper: Record) -> None:
    page = signed_in(world.kondo).get(f"/records/{paper.pk}/").content.decode()
    assert '<span class="unsure" title="機械の自信は 41% です">|</span>' in page
    assert '<rect class="spot doubtful" x="70.0" y="120.0" width="200.0" height="12.0"/>' in page
    assert "自信のない所が 1 か所あり" in page
    assert "/correction/" not in page  # 近藤さん reads it; putting right is for 子育て支援課
    image = signed_in(world.kondo).get(f"/records/{paper.pk}/pages/2.webp")
    assert Image.open(io.BytesIO(image.content)).format == "WEBP"


def test_a_line_is_put_right_beside_its_place_and_who_did_it_is_kept(world: World, paper: Record) -> None:
    sato = signed_in(world.sato)
    address = f"/records/{paper.pk}/correction/?at={SECOND}"
    form = sato.get(address).content.decode()
    assert 'viewBox="60.0 90.0 220.0 52.0"' in form
    assert 'value="点検しま|た。"' in form
    was, line = ["公園の遊具を", "点検しま|た。"], ["公園の遊具を", "点検しました。"]
    sent = {"revision": "1", "at": [FIRST, SECOND], "was": was, "line": line}
    assert sato.post(address, sent).status_code == 302
    page = sato.get(f"/records/{paper.pk}/").content.decode()
    assert "点検しました。" in page and "自信のない所はありません。" in page and "版 2" in page
    history = sato.get(f"/records/{paper.pk}/corrections/").content.decode()
    assert "佐藤さん" in history and "点検しま|た。" in history
    flush_journal()
    assert JournalEntry.objects.filter(act="record.corrected", actor_id=world.sato.pk).exists()


def test_a_line_that_is_right_as_it_is_loses_the_doubt_and_makes_no_revision(world: World, paper: Record) -> None:
    sato = signed_in(world.sato)
    sent = {"revision": "1", "at": [SECOND], "was": ["点検しま|た。"], "line": ["点検しま|た。"]}
    sato.post(f"/records/{paper.pk}/correction/?at={SECOND}", sent)
    page = sato.get(f"/records/{paper.pk}/").content.decode()
    assert "自信のない所はありません。" in page and "版 1" in page


def test_whoever_may_only_read_is_told_so_and_what_changed_meanwhile_is_not_written_over(
    world: World, paper: Record
) -> None:
    address = f"/records/{paper.pk}/correction/?at={SECOND}"
    sent = {"revision": "1", "at": [SECOND], "was": ["点検しま|た。"], "line": ["点検しました。"]}
    kondo = signed_in(world.kondo)
    assert [kondo.get(address).status_code, kondo.post(address, sent).status_code] == [403, 403]
    sato = signed_in(world.sato)
    sato.post(address, sent)
    late = signed_in(world.kimura).post(address, sent | {"line": ["点検をした。"]})
    assert late.status_code == 409
    assert "CORRECT-01" in late.content.decode()
    paper.refresh_from_db()
    assert paper.current is not None and paper.current.number == 2


def test_a_correction_is_undone_on_its_list(world: World, paper: Record) -> None:
    sato = signed_in(world.sato)
    sent = {"revision": "1", "at": [SURE], "was": ["異常はありません。"], "line": ["異常があります。"]}
    sato.post(f"/records/{paper.pk}/correction/?at={SURE}", sent)
    correction = paper.corrections.get()
    kondo = signed_in(world.kondo)
    assert kondo.post(f"/records/{paper.pk}/corrections/{correction.pk}/undo/").status_code == 403
    assert sato.post(f"/records/{paper.pk}/corrections/{correction.pk}/undo/").status_code == 302
    assert "異常はありません。" in sato.get(f"/records/{paper.pk}/").content.decode()


def test_the_searchable_pdf_has_every_page_and_what_was_put_right(world: World, paper: Record) -> None:
    sato = signed_in(world.sato)
    sent = {"revision": "1", "at": [SURE], "was": ["異常はありません。"], "line": ["異常はない。"]}
    sato.post(f"/records/{paper.pk}/correction/?at={SURE}", sent)
    response = signed_in(world.kondo).get(f"/records/{paper.pk}/searchable.pdf")
    assert response.headers["Content-Disposition"].startswith("attachment;")
    with pdfium.PdfDocument(response.content) as document:
        assert len(document) == 2
        assert document[1].get_textpage().get_text_range() == "異常はない。"
    before = signed_in(world.kondo).get(f"/records/{paper.pk}/searchable.pdf?revision=1")
    with pdfium.PdfDocument(before.content) as document:
        assert document[1].get_textpage().get_text_range() == "異常はありません。"


def test_what_was_not_read_from_paper_has_no_searchable_pdf_and_no_lines_to_put_right(world: World) -> None:
    record = world.keep(world.kimura, "報告.docx", "文").record
    client = signed_in(world.kimura)
    assert client.get(f"/records/{record.pk}/searchable.pdf").status_code == 404
    assert client.get(f"/records/{record.pk}/correction/?at=par=1").status_code == 409
    assert "検索できるPDF" not in client.get(f"/records/{record.pk}/").content.decode()
