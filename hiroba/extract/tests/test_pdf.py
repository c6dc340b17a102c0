import io
import time
import unicodedata
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from hiroba.extract import files, pdf
from hiroba.extract.passages import Part
from hiroba.extract.pdf_images import MAX_PIXELS, PageError, page_sizes, render
from hiroba.extract.pdf_paper import is_garbled

OFFICE_FILES = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "office_files"
needs_office_files = pytest.mark.skipif(not OFFICE_FILES.is_dir(), reason="the shared office files are not here")
FONT = "HeiseiMin-W3"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def canvas(path: Path, size: tuple[float, float] = (595, 842), **options: object) -> Canvas:
    made = Canvas(str(path), pagesize=size, **options)
    made.setFont(FONT, 10)
    return made


def squeezed(text: str) -> str:
    return "".join(text.split()).replace("|", "")


def test_lines_of_a_paragraph_are_one_text_with_a_box_for_each_line(tmp_path: Path) -> None:
    made = canvas(tmp_path / "a.pdf")
    made.drawString(100, 742, "特別区民税の申告は、毎年三月十五日まで")
    made.drawString(100, 726, "に区役所の窓口へお願いします。")
    made.drawString(100, 680, "次の段落です。")
    made.showPage()
    made.save()
    first, second = pdf.extract(tmp_path / "a.pdf").passages
    assert first.text == "特別区民税の申告は、毎年三月十五日までに区役所の窓口へお願いします。"
    assert second.text == "次の段落です。"
    x, y, width, height = map(int, first.locator.removeprefix("page=1;box=").split(","))
    assert abs(x - 100) <= 1
    assert 85 < y < 95  # 842 - 742 = 100 is the baseline; the box begins about one em above
    assert abs(width - 190) <= 3
    assert 24 < height < 32
    assert first.text[first.spans[1].start :] == "に区役所の窓口へお願いします。"
    assert first.spans[1].locator != first.spans[0].locator


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_box_is_where_the_drawn_page_shows_the_text(tmp_path: Path, rotation: int) -> None:
    made = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842), cropBox=(20, 30, 500, 560))
    made.setPageRotation(rotation)
    made.drawString(100, 500, "HHHHHHHH")
    made.save()
    place = pdf.extract(tmp_path / "a.pdf").passages[0].locator
    x, y, width, height = map(int, place.removeprefix("page=1;box=").split(","))
    points_wide, _ = page_sizes(tmp_path / "a.pdf")[0]
    with Image.open(io.BytesIO(render(tmp_path / "a.pdf", 1, round(points_wide)))) as drawn:
        inked = drawn.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    assert inked is not None
    assert x - 1 <= inked[0] < inked[2] <= x + width + 1
    assert y - 1 <= inked[1] < inked[3] <= y + height + 1
    assert width * height < 70 * 20


def test_cells_on_one_line_are_a_row(tmp_path: Path) -> None:
    made = canvas(tmp_path / "a.pdf")
    for x, text in ((100, "税務課"), (250, "12"), (400, "1,234,567")):
        made.drawString(x, 700, text)
    made.save()
    found = pdf.extract(tmp_path / "a.pdf").passages
    assert [(p.kind, p.text) for p in found] == [("row", "税務課 | 12 | 1,234,567")]


def test_the_outline_makes_headings_with_their_level(tmp_path: Path) -> None:
    made = canvas(tmp_path / "a.pdf")
    for level, (y, title) in enumerate([(700, "第1章 総則"), (650, "1.1 目的")]):
        made.bookmarkPage(title)
        made.addOutlineEntry(title, title, level)
        made.drawString(100, y, title)
    made.drawString(100, 600, "この要綱は、補助金について定める。")
    made.save()
    found = pdf.extract(tmp_path / "a.pdf").passages
    assert [(p.kind, p.level) for p in found] == [("heading", 1), ("heading", 2), ("paragraph", 0)]


def test_a_page_without_text_is_named(tmp_path: Path) -> None:
    made = canvas(tmp_path / "a.pdf")
    for number in range(4):
        if number == 1:
            made.drawString(100, 700, "本文")
        else:
            made.drawInlineImage(Image.new("RGB", (10, 10)), 0, 0, 500, 500)
        made.showPage()
        made.setFont(FONT, 10)
    made.save()
    found = pdf.extract(tmp_path / "a.pdf")
    assert [(w.code, w.params) for w in found.warnings] == [("EXTRACT-11", {"pages": "1,3-4", "count": 3})]
    assert found.passages[0].locator.startswith("page=2;")


def test_a_script_is_noticed_and_facts_are_read(tmp_path: Path) -> None:
    made = canvas(tmp_path / "a.pdf")
    made.setTitle("Microsoft Word - 要綱.docx")
    made.setAuthor("総務課")
    made.drawString(100, 700, "本文")
    made.save()
    (tmp_path / "b.pdf").write_bytes((tmp_path / "a.pdf").read_bytes() + b"\n% /S /JavaScript")
    found = pdf.extract(tmp_path / "b.pdf")
    assert (found.title, found.facts["author"], found.facts["pages"]) == ("要綱.docx", "総務課", "1")
    assert found.facts["created_at"].startswith("20")
    assert [w.code for w in found.warnings] == ["EXTRACT-13"]


def test_an_empty_password_opens_and_another_is_asked_for(tmp_path: Path) -> None:
    for name, password in (("open.pdf", ""), ("shut.pdf", "secret")):
        made = canvas(tmp_path / name, encrypt=StandardEncryption(password, ownerPassword="owner", strength=128))
        made.drawString(100, 700, "本文")
        made.save()
    assert pdf.extract(tmp_path / "open.pdf").passages[0].text == "本文"
    error = pdf.extract(tmp_path / "shut.pdf").error
    assert error is not None
    assert error.code == "EXTRACT-02"


def test_a_long_file_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = canvas(tmp_path / "a.pdf")
    for number in range(5):
        made.setFont(FONT, 10)
        made.drawString(100, 700, f"{number}頁")
        made.showPage()
    made.save()
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    found = pdf.extract(tmp_path / "a.pdf")
    assert len(found.passages) == 2
    assert [(w.code, w.params) for w in found.warnings] == [("EXTRACT-14", {"read": 2, "pages": 5})]


def test_a_page_is_drawn_within_limits(tmp_path: Path) -> None:
    canvas(tmp_path / "a.pdf", size=(14_000, 14_000)).save()
    canvas(tmp_path / "b.pdf").save()
    with Image.open(io.BytesIO(render(tmp_path / "b.pdf", 1, 800))) as drawn:
        assert drawn.size == (pytest.approx(800, abs=1), pytest.approx(1132, abs=2))
    with Image.open(io.BytesIO(render(tmp_path / "a.pdf", 1, 100_000))) as drawn:
        assert drawn.width * drawn.height <= MAX_PIXELS * 1.01
    with pytest.raises(PageError):
        render(tmp_path / "b.pdf", 2)


@needs_office_files
@pytest.mark.parametrize("name", ["RECEIPT-2024-TXN-98765_retail_purchase", "SPARSE-2024-INV-1234_borderless_table"])
def test_every_word_that_a_peer_finds_is_in_a_passage(name: str) -> None:
    expected = (OFFICE_FILES / f"markitdown_expected/markitdown__{name}.md").read_text()
    found = " ".join(p.text for p in pdf.extract(OFFICE_FILES / f"office/markitdown__{name}.pdf").passages)
    words = {word for word in expected.replace("|", " ").split() if not set(word) <= set("-=")}
    assert {word for word in words if word not in found} == set()


@needs_office_files
@pytest.mark.parametrize("name", ["cio-jp__dp2020_01", "cio-jp__dp2020_04", "cio-jp__dp2021_06"])
def test_the_sentences_of_a_word_file_are_in_the_pdf_made_of_it(name: str) -> None:
    """But for lines of the table of contents and sentences that a page's footer or a footnote's number interrupts."""
    whole = plainest("".join(p.text for p in pdf.extract(OFFICE_FILES / f"japanese/{name}.pdf").passages))
    paragraphs = [p for p in files.extract(OFFICE_FILES / f"japanese/{name}.docx").passages if p.kind == "paragraph"]
    sentences = {plainest(s).lstrip("•・") for p in paragraphs for s in p.text.split("。")}
    sentences = {sentence for sentence in sentences if len(sentence) > 15 and not sentence[-1].isdigit()}
    missing = {sentence for sentence in sentences if sentence not in whole}
    assert len(sentences) > 40
    assert len(missing) <= 0.15 * len(sentences), missing


def plainest(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@needs_office_files
def test_vertical_writing_is_read_from_right_to_left() -> None:
    text = "".join(p.text for p in pdf.extract(OFFICE_FILES / "japanese/pdfminer.six__jo.pdf").passages)
    parts = [
        "序",
        "わたくしといふ現象は",
        "假定された有機交流電燈の",
        "ひとつの青い照明です",
        "けれどもこれら新世代沖積世の",
        "第四次延長のなかで主張されます",
    ]
    assert sorted(parts, key=text.index) == parts


@needs_office_files
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pdf.js__90ms_rksj_h_sample", "日本語テスト"),
        ("pdf.js__noembed-eucjp", "あいうえお"),
        ("pdf.js__vertical", "あいうえお"),
        ("gif__451-6-1_報告書データモデル_クラス図", "ad:カタログの主要トピック"),
        ("tokyo-oss-guideline__東京都オープンソース公開ガイドライン", "オープンソースソフトウェア公開ガイドライン"),
    ],
)
def test_japanese_fonts_of_all_kinds_are_read(name: str, text: str) -> None:
    found = pdf.extract(OFFICE_FILES / f"japanese/{name}.pdf")
    assert text in squeezed("".join(p.text for p in found.passages))


@needs_office_files
@pytest.mark.parametrize("folder", ["encrypted", "hostile", "scan"])
def test_no_hostile_file_stops_or_delays_the_reader(folder: str) -> None:
    for path in sorted((OFFICE_FILES / folder).glob("*.pdf")):
        started = time.monotonic()
        found = pdf.extract(path)
        assert time.monotonic() - started < 5, path.name
        assert found.error is None or found.error.code in {"EXTRACT-02", "EXTRACT-03"}
        assert (folder == "encrypted") == (found.error is not None and found.error.code == "EXTRACT-02"), path.name


def test_only_pages_of_paper_are_left_to_recognition(tmp_path: Path) -> None:
    made = canvas(tmp_path / "a.pdf")
    scan = Image.new("RGB", (10, 10))
    made.drawString(100, 700, "プログラムで作った、ふつうのページ。")
    made.drawInlineImage(scan, 0, 0, 200, 100)  # an illustration
    made.showPage()
    made.drawInlineImage(scan, 0, 0, 595, 842)  # a scan over which the FAX has printed a line
    made.setFont(FONT, 10)
    made.drawString(20, 820, "2026/11/23 09:14 03-5432-3022")
    made.showPage()
    made.showPage()  # nothing at all
    made.save()
    assert pdf.extract(tmp_path / "a.pdf").parts == (Part("recognise", 2),)


def test_text_that_fonts_do_not_map_or_that_was_misread_is_not_trusted() -> None:
    assert is_garbled("\ue001\ue002\ue003" + "本文" * 10)
    assert is_garbled("ãâæêåèñëùü ãâæêåè")
    assert not is_garbled("Überprüfung der Maßnahmen für Bürgerinnen")
    assert not is_garbled("区役所からのお知らせ")
