import sys
import unicodedata
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from reportlab.pdfgen.canvas import Canvas

from hiroba.extract import files, recognition
from hiroba.extract.passages import Extraction, Part, Passage
from hiroba.extract.recognition import engine, spelling, vertical
from hiroba.extract.recognition.engine import Writing
from hiroba.extract.recognition.preparation import ink_of
from hiroba.extract.recognition.splitting import split_columns
from hiroba.extract.slow import SlowSandbox
from hiroba.extract.tests.sheets import needs_fonts, save, sheet, write

pytestmark = needs_fonts
SENTENCES = ("窓口の待ち時間を半分にします。", "受付は午前九時から始めます。", "電話での相談もできます。")
COLUMN = ("広場の遊具を新しくします。", "工事は来月から始まります。", "近くの公園をお使いください。")
OTHER = ("図書館の開館を延ばします。", "夜の九時まで開いています。", "自習室も広くなりました。")


def bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_nearly(read: str, written: str) -> bool:
    """Whether all but a character or two is the same, in the same order: no engine is right every time."""
    return SequenceMatcher(None, read, bare(written), autojunk=False).ratio() > 0.95


def text_of(found: Extraction) -> str:
    assert found.error is None
    return bare("".join(passage.text for passage in found.passages))


def box(locator: str) -> tuple[int, int, int, int]:
    x, y, wide, high = (int(value) for value in locator.partition("box=")[2].split(","))
    return x, y, wide, high


@pytest.fixture(scope="module")
def notice() -> Image.Image:
    paper = sheet()
    for number, sentence in enumerate(SENTENCES):
        write(paper, 80, 60 + number * 90, sentence)
    return paper


def test_a_page_becomes_text_with_the_place_of_each_line(notice: Image.Image, tmp_path: Path) -> None:
    found = recognition.read_part(save(notice, tmp_path / "a.png"), 1)
    assert is_nearly(text_of(found), "".join(SENTENCES))
    assert found.passages[0].locator.startswith("page=1;box=")
    x, y, _, high = box(found.passages[0].spans[0].locator)
    assert abs(x - 80 * 72 / 200) < 3
    assert y < (60 + 16) * 72 / 200 < y + high


def test_a_standard_fax_with_dots_twice_as_high_as_wide_is_read(notice: Image.Image, tmp_path: Path) -> None:
    coarse = notice.resize((900, 200), Image.Resampling.BOX).point(lambda dot: 255 * (dot > 150)).convert("1")
    found = recognition.read_part(save(coarse, tmp_path / "a.tif", dpi=(200, 100), compression="group4"), 1)
    assert is_nearly(text_of(found), "".join(SENTENCES))
    assert abs(box(found.passages[0].spans[0].locator)[0] - 80 * 72 / 200) < 4


def test_white_on_black_is_read_as_black_on_white(notice: Image.Image, tmp_path: Path) -> None:
    negative = notice.point(lambda dot: 255 - dot).convert("1")
    assert is_nearly(text_of(recognition.read_part(save(negative, tmp_path / "a.png"), 1)), "".join(SENTENCES))


@pytest.mark.parametrize("turn", [90, 180])
def test_a_page_that_lies_wrong_is_turned_and_its_places_are_those_of_the_page_as_it_came(
    notice: Image.Image, tmp_path: Path, turn: int
) -> None:
    found = recognition.read_part(save(notice.rotate(turn, expand=True), tmp_path / "a.png"), 1)
    assert is_nearly(text_of(found), "".join(SENTENCES))
    assert found.facts["turned"] == str((360 - turn) % 360)
    x, y, wide, high = box(found.passages[0].locator)
    expected = (0.36 * 60, 0.36 * (900 - 80)) if turn == 90 else (0.36 * (900 - 80), 0.36 * (400 - 60))
    assert abs((x if turn == 90 else x + wide) - expected[0]) < 8
    assert abs(y + high - expected[1]) < 8


def test_a_page_askew_is_levelled(notice: Image.Image, tmp_path: Path) -> None:
    askew = notice.rotate(2.4, Image.Resampling.BICUBIC, fillcolor=255)
    assert is_nearly(text_of(recognition.read_part(save(askew, tmp_path / "a.png"), 1)), "".join(SENTENCES))


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    paper = sheet(1100, 420)
    write(paper, 60, 40, "まちの便り", 44)
    for number, (left, right) in enumerate(zip(COLUMN, OTHER, strict=True)):
        write(paper, 60, 150 + number * 70, left)
        write(paper, 580, 150 + number * 70, right)
    found = recognition.read_part(save(paper, tmp_path / "a.png"), 1)
    assert is_nearly(text_of(found), "".join(("まちの便り", *COLUMN, *OTHER)))


def test_a_ruled_table_is_read_row_by_row_with_each_cell_in_its_place(tmp_path: Path) -> None:
    paper = sheet(1000, 420)
    pen = ImageDraw.Draw(paper)
    rows = (("施設", "利用者"), ("北図書館", "1,204人"), ("南体育館", "986人"))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            left, top = 60 + column * 420, 60 + number * 90
            pen.rectangle((left, top, left + 420, top + 90), outline=0, width=3)
            write(paper, left + 30, top + 28, text)
    found = recognition.read_part(save(paper, tmp_path / "a.png"), 1)
    assert [bare(passage.text) for passage in found.passages] == ["".join(row) for row in rows]
    assert {passage.kind for passage in found.passages} == {"row"}
    assert [found.passages[1].text[span.start : span.end] for span in found.passages[1].spans] == list(rows[1])


@pytest.fixture(scope="module")
def upright() -> Image.Image:
    paper = sheet(500, 900)
    for number, text in enumerate(("区では、安心して暮らせるまちをつくります。", "どうぞ、お気軽にご相談ください。")):
        write(paper, 380 - number * 80, 60, text, 34, direction="ttb", language="ja")
    return paper


def test_vertical_writing_is_read_from_right_to_left_with_its_signs(upright: Image.Image, tmp_path: Path) -> None:
    found = recognition.read_part(save(upright, tmp_path / "a.png"), 1)
    assert is_nearly(text_of(found), "区では、安心して暮らせるまちをつくります。どうぞ、お気軽にご相談ください。")
    assert found.warnings == ()


def test_without_tesseract_vertical_writing_is_read_all_the_same_and_said_to_be_less_sure(
    upright: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere() -> str:
        raise vertical.TesseractMissingError

    monkeypatch.setattr(vertical, "_program", nowhere)
    found = recognition.read_part(save(upright, tmp_path / "a.png"), 1)
    assert "安心して暮らせる" in text_of(found)
    assert [warning.code for warning in found.warnings] == ["PAPER-05"]


def test_without_the_engine_a_page_says_what_is_off(
    notice: Image.Image, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_paddle", None)
    engine.engine.cache_clear()
    found = recognition.read_part(save(notice, tmp_path / "a.png"), 1)
    assert found.error is not None
    assert found.error.code == "PAPER-04"
    engine.engine.cache_clear()


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_page_is_blank_whatever_its_colour(tmp_path: Path, shade: int) -> None:
    found = recognition.read_part(save(Image.new("L", (800, 800), shade), tmp_path / "a.png"), 1)
    assert found.passages == ()
    assert found.facts["blank"] == "1"
    assert [warning.code for warning in found.warnings] == ["PAPER-06"]


def test_colours_for_printing_are_read(notice: Image.Image, tmp_path: Path) -> None:
    found = recognition.read_part(save(notice.convert("CMYK"), tmp_path / "a.jpg"), 1)
    assert is_nearly(text_of(found), "".join(SENTENCES))


def test_the_line_of_a_fax_machine_says_who_sent_it_and_when(tmp_path: Path) -> None:
    paper = sheet(1300, 900)
    write(paper, 60, 12, "2026年11月21日 16時42分  みどり医院  03-3429-0001  P. 1", 28)
    write(paper, 80, 300, SENTENCES[0])
    found = recognition.read_part(save(paper, tmp_path / "a.png"), 1)
    assert (found.facts["fax_from"], found.facts["fax_at"]) == ("03-3429-0001", "2026-11-21T16:42")
    assert SENTENCES[0] in text_of(found)


def test_paper_on_which_nothing_can_be_read_is_not_taken_for_blank(notice: Image.Image, tmp_path: Path) -> None:
    blurred = notice.filter(ImageFilter.GaussianBlur(6))
    paper = recognition.read_part(save(blurred, tmp_path / "a.png", dpi=(200, 200)), 1)
    assert (paper.passages, [warning.code for warning in paper.warnings]) == ((), ["PAPER-08"])
    blurred.save(tmp_path / "b.jpg")  # without a size of the page, as a camera does
    assert recognition.read_part(tmp_path / "b.jpg", 1).warnings == ()


def test_what_the_engine_is_unsure_of_is_marked(notice: Image.Image, tmp_path: Path) -> None:
    blurred = notice.filter(ImageFilter.GaussianBlur(4))
    found = recognition.read_part(save(blurred, tmp_path / "a.png", dpi=(200, 200)), 1)
    marks = [mark for passage in found.passages for mark in passage.marks]
    assert marks
    assert {mark.kind for mark in marks} == {"unsure"}
    assert all(0 <= int(mark.value) <= 100 for mark in marks)
    clear = recognition.read_part(save(notice, tmp_path / "b.png"), 1)
    assert sum(len(passage.marks) for passage in clear.passages) < len(marks)


def test_a_scan_in_a_pdf_is_read_behind_the_walls_page_by_page(notice: Image.Image, tmp_path: Path) -> None:
    made = Canvas(str(tmp_path / "a.pdf"), pagesize=(324, 144))
    made.drawString(30, 100, "born in a program")
    made.showPage()
    made.drawInlineImage(notice.convert("1"), 0, 0, 324, 144)
    made.save()
    first = files.extract(tmp_path / "a.pdf")
    assert first.parts == (Part("recognise", 2),)
    with SlowSandbox() as sandbox:
        found = sandbox.read_part(tmp_path / "a.pdf", first.parts[0])
    assert is_nearly(text_of(found), "".join(SENTENCES))
    passage: Passage = found.passages[0]
    assert passage.locator.startswith("page=2;box=")


def test_a_line_that_was_run_together_over_two_columns_is_cut_between_them(tmp_path: Path) -> None:
    paper = sheet(1200, 360)
    for number, (left, right) in enumerate(zip(COLUMN, OTHER, strict=True)):
        write(paper, 60, 60 + number * 80, left)
        write(paper, 600, 60 + number * 80, right)
    grey = np.array(paper)
    merged = Writing(58, 58, 1000, 96, COLUMN[0] + OTHER[0], 0.9)
    others = [Writing(600, 60 + number * 80, 980, 96 + number * 80, "", 0.9) for number in (0, 1, 2)]
    cut = split_columns([merged, *others], grey, ink_of(grey))
    assert len(cut) == 5
    assert is_nearly(bare(cut[0].text), COLUMN[0])
    assert is_nearly(bare(cut[1].text), OTHER[0])


def test_look_alikes_are_told_apart_by_what_stands_around_them() -> None:
    assert spelling.with_japanese_signs("日时·场所") == "日時・場所"
    assert spelling.by_neighbours("支援センタ一の利用カをシステムヘ一定") == "支援センターの利用力をシステムへ一定"
    assert spelling.by_words("サービスの允実と受人れ") == ("サービスの充実と受入れ", [5, 9])
    for right in (
        "入口と出口",
        "八王子市の人口",
        "千円と十円",
        "力作のカメラ",
        "将来を見据えて危惧する",
        "附　則（令和",
    ):
        assert spelling.by_words(spelling.by_neighbours(spelling.with_japanese_signs(right))) == (right, [])


def test_a_coarse_scan_is_enlarged_and_its_places_stay_those_of_the_page(notice: Image.Image, tmp_path: Path) -> None:
    coarse = notice.resize((450, 200), Image.Resampling.BOX)
    found = recognition.read_part(save(coarse, tmp_path / "a.png", dpi=(100, 100)), 1)
    assert is_nearly(text_of(found), "".join(SENTENCES))
    assert abs(box(found.passages[0].spans[0].locator)[0] - 80 * 72 / 200) < 4


def test_the_last_characters_of_a_vertical_paragraph_stay_with_it() -> None:
    columns = [Writing(400 - 40 * n, 50, 430 - 40 * n, 600, "十二文字ある列の本文です", 0.9) for n in range(3)]
    last, beside = Writing(360, 560, 388, 600, "す。", 0.9), Writing(20, 560, 48, 600, "頁", 0.9)
    (block,) = vertical.find_vertical([*columns, last, beside])
    assert last in block.columns
    assert beside not in block.columns
