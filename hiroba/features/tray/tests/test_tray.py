"""A section's tray: scans fall into papers at sheets we signed, wait for the section, and are seen by nobody else."""

from __future__ import annotations

import datetime as dt
import io
import os
import time
from pathlib import Path

import pytest
import segno
from django.test import Client
from django.utils import timezone
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas

from hiroba.archive.actions import share_record
from hiroba.archive.models import Record
from hiroba.archive.originals import path_of
from hiroba.extract import files, scans
from hiroba.extract.passages import Extraction
from hiroba.features.tray import actions, queries, scanning
from hiroba.features.tray.models import Paper, Scan, Separator
from hiroba.features.tray.parting import Page, Part, parts_of
from hiroba.features.tray.scanning import visit_folder
from hiroba.features.tray.separators import audience_after, code_of, find_separator
from hiroba.foundation.access.audiences import find_or_add_audience, principals_in
from hiroba.foundation.access.principals import EVERYONE, of_person, of_unit
from hiroba.foundation.people.models import Person
from hiroba.foundation.refusal import Refusal
from hiroba.ingest import working
from hiroba.ingest.models import Source
from tests.world import World

LETTER = ["令和8年11月16日", "みらい区長 様", "みらい公園協会", "遊具の点検について(照会)"]
ESTIMATE = ["2026年11月20日 14:03 FROM: みらい建設 TEL 03-1234-5678 P.001/001", "御見積書", "みらい区 御中"]
SECTION = frozenset({of_unit("0402")})


def write_scan(path: Path, *pages: list[str] | str) -> Path:
    """Write a PDF: a list is a page of lines, a text is a page with that QR code, "" is a blank page."""
    registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    canvas = Canvas(str(path), pagesize=A4)
    for page in pages:
        if isinstance(page, str) and page:
            target = io.BytesIO()
            segno.make(page, error="h", micro=False).save(target, kind="png", scale=8)
            canvas.drawImage(ImageReader(io.BytesIO(target.getvalue())), 180, 400, 200, 200)
        canvas.setFont("HeiseiMin-W3", 14)
        for number, line in enumerate(page if isinstance(page, list) else []):
            canvas.drawString(80, 760 - 30 * number, line)
        canvas.showPage()
    canvas.save()
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


@pytest.fixture
def source(world: World, tmp_path: Path) -> Source:
    return Source.objects.create(
        kind="scan",
        name="入園係のスキャナー",
        settings={"path": str(tmp_path), "shared": "no"},
        person=world.sato,
        unit=world.units["0402"],
        audience=find_or_add_audience(SECTION),
        created_at=timezone.now(),
        due_at=timezone.now(),
    )


def sheet_for(person: Person, *principals: str, unit: str = "0402", kind: str = "") -> Separator:
    return Separator.objects.create(
        person=person,
        unit_id=person.posts.model._meta.get_field("unit").related_model.objects.get(code=unit).pk,
        audience=find_or_add_audience(principals),
        kind=kind,
        made_at=timezone.now(),
    )


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look into scans without a process for each: that they are confined is shown beside hiroba.extract.tasks."""

    def run(name: str, paths: list[Path], **asked: object) -> Extraction:
        return getattr(scans, {"survey_scan": "survey", "split_scan": "split"}[name])(paths, asked)

    monkeypatch.setattr(scanning, "run_task", run)


class Plain:
    """What reads files in this thread: the test's transaction is this thread's alone."""

    def extract(self, path: Path, name: str) -> Extraction:
        return files.extract(path, name)


def read_all() -> None:
    for item in working.lease_items(20):
        working.finish_item(working.read_item(Plain(), item))


@pytest.fixture
def papers(world: World, source: Source, tmp_path: Path) -> list[Paper]:
    """A scan of two papers with a sheet for the section between them, read."""
    sheet = sheet_for(world.sato, of_unit("0402"), kind="見積書")
    write_scan(tmp_path / "scan001.pdf", LETTER, "", code_of(sheet), "", ESTIMATE, ["2枚目"])
    assert visit_folder(source) == 2
    read_all()
    return list(Paper.objects.order_by("pk"))


def test_pages_fall_into_papers_at_separators_and_blank_ones_are_named() -> None:
    pages = [Page(separator=7), Page(), Page(is_blank=True), Page(), Page(separator=8), Page(is_blank=True), Page()]
    assert parts_of(pages) == [Part((2, 4), (3,), 7), Part((7,), (6,), 8)]
    assert parts_of([Page(is_forged=True), Page()]) == [Part((1, 2), (), 0)]
    assert parts_of([Page(separator=7), Page(is_blank=True)]) == []


def test_a_scan_becomes_papers_and_stays_as_it_came(papers: list[Paper], tmp_path: Path) -> None:
    assert [(paper.pages, paper.left_out) for paper in papers] == [([1], [2]), ([5, 6], [4])]
    scan = Scan.objects.get()
    assert scan.original is not None
    assert path_of(scan.original.sha256).read_bytes() == (tmp_path / "scan001.pdf").read_bytes()
    texts = [[p.text for p in paper.item.record.current.passages.all()] for paper in papers]
    assert "遊具の点検について(照会)" in texts[0][-1]
    assert any("2枚目" in text for text in texts[1])
    assert not any("2枚目" in text for text in texts[0])


def test_the_same_file_is_taken_once(papers: list[Paper], source: Source) -> None:
    assert visit_folder(source) == 0
    assert Paper.objects.count() == len(papers)


def test_title_date_and_sender_are_proposed(world: World, papers: list[Paper]) -> None:
    estimate, letter = queries.rows_visible_to(world.kimura, "waiting")
    assert (letter.title, letter.head.sender, letter.head.dated_on) == (
        "遊具の点検について(照会)",
        "みらい公園協会",
        dt.date(2026, 11, 16),
    )
    assert (estimate.head.fax_from, estimate.head.fax_at) == ("03-1234-5678", "14:03")
    assert estimate.paper.separator is not None and estimate.paper.separator.kind == "見積書"


def test_a_tray_is_the_sections_own_in_list_count_and_page(world: World, papers: list[Paper]) -> None:
    assert queries.count_waiting(world.kimura) == 2
    for other in (world.kondo, world.endo, world.ogawa):
        assert queries.count_waiting(other) == 0
        client = Client()
        client.force_login(other)
        assert client.get(f"/tray/papers/{papers[0].pk}/").status_code == 404
        assert client.get(f"/tray/scans/{papers[0].scan_id}/original/").status_code == 404
        assert "遊具" not in client.get("/tray/").content.decode()


def test_a_sheet_narrows_and_the_whole_scan_follows_its_narrowest_paper(
    world: World, source: Source, tmp_path: Path
) -> None:
    sheet = sheet_for(world.nakagawa, of_person(world.nakagawa.pk))
    write_scan(tmp_path / "scan.pdf", LETTER, code_of(sheet), ESTIMATE)
    visit_folder(source)
    read_all()
    assert queries.count_waiting(world.kimura) == 1
    assert queries.count_waiting(world.nakagawa) == 2
    scan = Scan.objects.get()
    with pytest.raises(Refusal, match="ACCESS-01"):
        queries.get_scan_original(world.kimura, scan.pk)
    assert queries.get_scan_original(world.nakagawa, scan.pk)[0] == scan


def test_the_name_of_a_pile_is_shown_to_those_alone_who_may_read_all_of_it(
    world: World, source: Source, tmp_path: Path
) -> None:
    sheet = sheet_for(world.nakagawa, of_person(world.nakagawa.pk))
    write_scan(tmp_path / "人事異動の内示.pdf", LETTER, code_of(sheet), ESTIMATE)
    visit_folder(source)
    read_all()
    paper = Paper.objects.order_by("pk")[0]
    client = Client()
    shown = {}
    for person in (world.kimura, world.nakagawa):
        client.force_login(person)
        shown[person] = client.get(f"/tray/papers/{paper.pk}/").content.decode()
        page = client.get(f"/records/{paper.item.record_id}/").content.decode()
        assert "遊具の点検" in page and "人事異動の内示" not in page
    assert "人事異動の内示" in shown[world.nakagawa]
    assert "人事異動の内示" not in shown[world.kimura] and "もとの束" not in shown[world.kimura]


@pytest.mark.parametrize("principal", [EVERYONE, of_unit("0702"), of_unit("04")])
def test_a_sheet_never_widens_what_its_folder_gives(world: World, principal: str) -> None:
    sheet = sheet_for(world.kondo, principal, unit="0702")
    assert audience_after(sheet, SECTION, is_shared=False) == SECTION


def test_a_shared_folder_leads_to_the_printers_section_as_long_as_they_may(world: World) -> None:
    sheet = sheet_for(world.kondo, of_unit("0702"), unit="0702")
    assert audience_after(sheet, SECTION, is_shared=True) == {of_unit("0702")}
    everyone = sheet_for(world.kondo, EVERYONE, unit="0702")
    assert audience_after(everyone, SECTION, is_shared=True) == SECTION
    Person.objects.filter(pk=world.kondo.pk).update(is_active=False)
    assert audience_after(Separator.objects.get(pk=sheet.pk), SECTION, is_shared=True) == SECTION


def test_an_ended_sheet_parts_and_says_nothing_more(world: World) -> None:
    sheet = actions.make_separator(world.sato, of_person(world.sato.pk), "個人の紙")
    actions.end_separator(world.sato, sheet.pk)
    found = find_separator(code_of(sheet))
    assert found is not None
    assert audience_after(found, SECTION, is_shared=False) == SECTION


def test_a_forged_sheet_is_paper_like_any_other_and_said_so(world: World, source: Source, tmp_path: Path) -> None:
    sheet = sheet_for(world.sato, of_unit("0402"))
    forged = code_of(sheet)[:-3] + "AAA"
    assert find_separator(forged) is None
    write_scan(tmp_path / "scan.pdf", LETTER, forged, ESTIMATE)
    visit_folder(source)
    (paper,) = Paper.objects.all()
    assert paper.pages == [1, 2, 3]
    read_all()
    client = Client()
    client.force_login(world.kimura)
    assert "SCAN-03" in client.get(f"/tray/papers/{paper.pk}/").content.decode()


def test_what_cannot_be_looked_into_comes_whole(world: World, source: Source, tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.4 broken")
    os.utime(path, (time.time() - 60, time.time() - 60))
    assert visit_folder(source) == 1
    scan = Scan.objects.get()
    assert scan.code == "SCAN-02"
    assert principals_in(Paper.objects.get().audience_id) == SECTION
    source.settings["shared"] = "yes"
    source.save()
    path.write_bytes(b"%PDF-1.4 broken again")
    os.utime(path, (time.time() - 50, time.time() - 50))
    assert visit_folder(source) == 1
    assert principals_in(Paper.objects.latest("pk").audience_id) == {of_person(world.sato.pk)}


def test_a_scan_of_blank_pages_is_told_and_kept(world: World, source: Source, tmp_path: Path) -> None:
    write_scan(tmp_path / "scan.pdf", "", "")
    assert visit_folder(source) == 0
    assert [scan.code for scan in queries.troubled_scans(world.kimura)] == ["SCAN-01"]
    assert queries.troubled_scans(world.kondo) == []


def test_who_confirms_names_the_record_and_can_undo(world: World, papers: list[Paper]) -> None:
    before = papers[0].item.record
    actions.confirm_paper(world.kimura, papers[0].pk, "公園協会からの照会", dt.date(2026, 11, 16), "みらい公園協会")
    record = type(before).objects.get(pk=before.pk)
    assert (record.title, record.author) == ("公園協会からの照会", "みらい公園協会")
    assert timezone.localdate(record.dated_at) == dt.date(2026, 11, 16)
    assert queries.count_waiting(world.sato) == 1
    actions.undo_paper(world.sato, papers[0].pk)
    record.refresh_from_db()
    assert (record.title, record.author, record.dated_at) == (before.title, before.author, before.dated_at)
    assert queries.count_waiting(world.sato) == 2


def test_a_personal_number_is_no_title_and_no_sender(world: World, papers: list[Paper]) -> None:
    before = papers[0].item.record.title
    for title, sender in (("個人番号 1234 5678 9018 の届", ""), ("届", "山田 太郎 (マイナンバー 123456789018)")):
        with pytest.raises(Refusal, match="GATE-01"):
            actions.confirm_paper(world.kimura, papers[0].pk, title, None, sender)
    papers[0].item.record.refresh_from_db()
    assert papers[0].item.record.title == before


def test_a_title_that_names_a_citizen_keeps_the_paper_inside_its_section(world: World, papers: list[Paper]) -> None:
    record = papers[0].item.record
    Record.objects.filter(pk=record.pk).update(audience=find_or_add_audience([EVERYONE]))
    actions.confirm_paper(world.kimura, papers[0].pk, "山田 太郎様 (昭和50年3月3日生) の申請", None, "")
    record.refresh_from_db()
    assert (principals_in(record.audience_id), record.gate_code) == (SECTION, "GATE-02")
    assert record.waits_for_a_look
    share_record(world.kimura, record.pk, frozenset({EVERYONE}), "公表ずみの方です")
    actions.confirm_paper(world.kimura, papers[0].pk, "山田 太郎様 (昭和50年3月3日生) の届出", None, "")
    record.refresh_from_db()
    assert EVERYONE in principals_in(record.audience_id)  # somebody has decided: it is not asked twice


def test_what_somebody_of_the_section_withdrew_only_they_bring_back(world: World, papers: list[Paper]) -> None:
    actions.withdraw_paper(world.kimura, papers[0].pk)
    with pytest.raises(Refusal, match="ACCESS-01"):
        actions.undo_paper(world.nakagawa, papers[0].pk)
    with pytest.raises(Refusal, match="ACCESS-01"):
        actions.confirm_paper(world.kimura, papers[0].pk, "別の題名", None, "")
    assert queries.rows_visible_to(world.nakagawa, "withdrawn") == []
    actions.undo_paper(world.kimura, papers[0].pk)
    assert queries.count_waiting(world.nakagawa) == 2


def test_a_paper_is_given_to_somebody_of_the_section_only(world: World, papers: list[Paper]) -> None:
    assert actions.assign_paper(world.sato, papers[0].pk, "kimura").assignee == world.kimura
    with pytest.raises(Refusal, match="TRAY-02"):
        actions.assign_paper(world.sato, papers[0].pk, "kondo")


def test_sheets_are_made_for_ones_own_section_at_most(world: World) -> None:
    for audience in (EVERYONE, of_unit("0702"), of_unit("04"), "person:999"):
        with pytest.raises(Refusal, match="ACCESS-04"):
            actions.make_separator(world.kimura, audience, "")
    made = actions.make_separator(world.kimura, of_unit("0402"), "利用申込書")
    client = Client()
    client.force_login(world.kimura)
    page = client.get(f"/tray/separators/{made.pk}/").content.decode()
    assert "data:image/svg+xml;base64," in page
    assert "利用申込書" in page
    client.force_login(world.kondo)
    assert client.get(f"/tray/separators/{made.pk}/").status_code == 404


def test_a_page_without_scripts_confirms_in_era_dates(world: World, papers: list[Paper]) -> None:
    client = Client()
    client.force_login(world.kimura)
    path = f"/tray/papers/{papers[0].pk}/"
    assert "令和8年11月16日" in client.get(path).content.decode()
    wrong = client.post(path, {"title": "照会", "dated_on": "11月", "sender": ""})
    assert wrong.status_code == 400
    done = client.post(path, {"title": "照会", "dated_on": "R8.11.16", "sender": "協会"})
    assert done.status_code == 302
    assert Paper.objects.get(pk=papers[0].pk).state == "confirmed"


def test_what_a_scanner_is_still_writing_waits(world: World, source: Source, tmp_path: Path) -> None:
    write_scan(tmp_path / ".scan.pdf", LETTER)
    write_scan(tmp_path / "scan.pdf.tmp", LETTER)
    fresh = write_scan(tmp_path / "fresh.pdf", LETTER)
    os.utime(fresh)
    (tmp_path / "empty.pdf").touch()
    os.utime(tmp_path / "empty.pdf", (1, 1))
    assert visit_folder(source) == 0
    assert not Scan.objects.exists()
