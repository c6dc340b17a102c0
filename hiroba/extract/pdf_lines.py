"""From the characters of a PDF page to its lines and paragraphs, each with its box.

Boxes are in PDF points (1/72 inch) from the top left of the page as it is shown (cropped, rotated)."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2.raw as pdfium_c

MAX_CHARACTERS = 200_000  # of a page
JOIN = " | "
_WIDE_GAP = 2.0  # in em: a wider gap on one line separates the cells of a table
_LETTER_GAP = 0.45  # in em: what typesetting leaves beside Japanese letters (四分アキ) is no space: 2020|年|6|月
_FURTHEST_PITCH = 2.2  # in em, from line to line of a paragraph
_GAP = "\x1f"  # where PDFium saw a gap between two characters
_SOFT_HYPHENS = "\x02\ufffe\u00ad"
_NUMBERS = "0-9０-９一二三四五六七八九十百"
_ITEM_START = re.compile(
    "[\\s　]*(?:[・●○■□◆◇▪•※★☆▶➢✓–\ue000-\uf8ff]|- |[①-⑳㋐-㋾]"
    f"|[(（]?(?:[{_NUMBERS}]{{1,3}}|[a-zA-Zア-ンｱ-ﾝ])[)）.．]|第[{_NUMBERS}]+[章節条項編款]|　\\S)"
)
_NUMBERING = re.compile(f"[(（]?[{_NUMBERS}]+(?:[.．-][{_NUMBERS}]+)*[)）.．、]?|[-・●○■□◆◇※①-⑳\ue000-\uf8ff]")
_LABEL = re.compile(r"[^\s:：]{1,10}[:：]")
_SENTENCE_END = tuple("。．.！？!?」）)：:")
# Radicals that fonts hand out in place of the ideograph and NFKC leaves alone (Unicode EquivalentUnifiedIdeograph.txt).
_RADICALS = str.maketrans("⺟⻑⻄⻘⻝⻤⻩⻭⻯⻲⺠⻆⻨⻫", "母長西青食鬼黄歯竜亀民角麦斉")


@dataclass(slots=True)
class Box:
    """Edges in points, y downwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    def around(self, other: Box) -> Box:
        return Box(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def locator(self, page: int) -> str:
        """Give `page=3;box=x,y,w,h` in whole points."""
        x, y = round(max(0.0, self.x0)), round(max(0.0, self.y0))
        return f"page={page};box={x},{y},{max(1, round(self.x1) - x)},{max(1, round(self.y1) - y)}"


@dataclass(slots=True)
class Line:
    """What stands on one line (or in one column of vertical writing)."""

    text: str
    box: Box
    em: float
    is_vertical: bool = False
    is_row: bool = False


@dataclass(slots=True)
class Paragraph:
    """Lines that are read as one text."""

    lines: list[Line] = field(default_factory=list)


Glyph = tuple[str, Box]


def page_lines(text_page: Any, origin: tuple[float, float, float, float], rotation: int) -> list[Line]:
    """Give the lines of a page in the order of its content; `origin` is the crop box, `rotation` its /Rotate."""
    lines: list[Line] = []
    for glyphs in _runs(text_page, origin, rotation):
        line = _line(glyphs)
        if line is None:
            continue
        if lines and _continues_row(lines[-1], line):
            lines[-1] = _joined_row(lines[-1], line)
        else:
            lines.append(line)
    return _columns_in_order(lines)


def _columns_in_order(lines: list[Line]) -> list[Line]:
    """Vertical writing from right to left, tier by tier from the top, whatever order the file draws it in."""
    if 2 * sum(line.is_vertical for line in lines) <= len(lines):
        return lines
    tiers: list[list[Line]] = []
    lowest = 0.0
    for line in sorted(lines, key=lambda line: line.box.y0):
        if not tiers or line.box.y0 > lowest:
            tiers.append([])
        tiers[-1].append(line)
        lowest = max(lowest, line.box.y1)
    return [line for tier in tiers for line in sorted(tier, key=lambda line: -line.box.x1)]


def _runs(text_page: Any, origin: tuple[float, float, float, float], rotation: int) -> Iterator[list[Glyph]]:
    """Characters between the line ends that PDFium puts where the text jumps."""
    rectangle = pdfium_c.FS_RECTF()
    pointer = ctypes.byref(rectangle)
    run: list[Glyph] = []
    for index in range(min(text_page.count_chars(), MAX_CHARACTERS)):
        point = pdfium_c.FPDFText_GetUnicode(text_page, index)
        if point in (10, 13):
            if run:
                yield run
            run = []
        elif point == 32 and pdfium_c.FPDFText_IsGenerated(text_page, index):
            run.append((_GAP, Box(0, 0, 0, 0)))
        elif point and not 0xD800 <= point <= 0xDFFF:
            pdfium_c.FPDFText_GetLooseCharBox(text_page, index, pointer)
            edges = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            run.append((_as_meant(chr(point)), shown(edges, origin, rotation)))
    if run:
        yield run


def _as_meant(char: str) -> str:
    """The ideograph for a radical, the ordinary mark for a vertical form: what the font shows, not how it is coded."""
    if "\u2e80" <= char <= "\u2fdf":
        return unicodedata.normalize("NFKC", char.translate(_RADICALS))
    return unicodedata.normalize("NFKC", char) if "\ufe10" <= char <= "\ufe48" else char


def shown(edges: tuple[float, ...], origin: tuple[float, float, float, float], rotation: int) -> Box:
    """Give a box of PDF user space (y upwards) as the page is shown."""
    left, bottom, right, top = edges
    x_min, y_min, x_max, y_max = origin
    if rotation == 90:
        return Box(bottom - y_min, left - x_min, top - y_min, right - x_min)
    if rotation == 180:
        return Box(x_max - right, bottom - y_min, x_max - left, top - y_min)
    if rotation == 270:
        return Box(y_max - top, x_max - right, y_max - bottom, x_max - left)
    return Box(left - x_min, y_max - top, right - x_min, y_max - bottom)


def _line(glyphs: list[Glyph]) -> Line | None:
    visible = [(char, box) for char, box in glyphs if not char.isspace() and char != _GAP]
    if not visible:
        return None
    boxes = [box for _, box in visible]
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.around(box)
    is_vertical = len(visible) > 1 and _runs_down(boxes)
    em = _em(visible, is_vertical)
    glyphs = _spaced(glyphs, em, is_vertical)
    cells = [_text(glyphs)] if is_vertical else _cells(glyphs, em)
    return Line(JOIN.join(cells), whole, em, is_vertical, len(cells) > 1)


def _spaced(glyphs: list[Glyph], em: float, is_vertical: bool) -> list[Glyph]:
    """The glyphs with each gap that PDFium saw made a space, or dropped where it is typesetting."""
    kept: list[Glyph] = []
    for index, (char, box) in enumerate(glyphs):
        if char != _GAP:
            kept.append((char, box))
        elif kept and index + 1 < len(glyphs):
            (before, left), (after, right) = kept[-1], glyphs[index + 1]
            gap = right.y0 - left.y1 if is_vertical else right.x0 - left.x1
            if gap > _LETTER_GAP * em or not (is_wide(before) or is_wide(after)):
                kept.append((" ", left))
    return kept


def _em(visible: list[Glyph], is_vertical: bool) -> float:
    """The size of the type: how wide an ideograph is, or how high Latin text stands (its box depends on the font)."""
    wide = [box.x1 - box.x0 for char, box in visible if is_wide(char)]
    high = [(box.x1 - box.x0) if is_vertical else (box.y1 - box.y0) for _, box in visible]
    return median(wide if 2 * len(wide) > len(high) or len(wide) > 4 else high) or 1.0


def is_wide(char: str) -> bool:
    """Tell whether a character is written without spaces around it (Japanese letters and marks)."""
    return char >= "\u2e80"


def _runs_down(boxes: list[Box]) -> bool:
    first, last = boxes[0], boxes[-1]
    return last.y0 - first.y0 > max(abs(last.x0 - first.x0), (first.y1 - first.y0) / 2)


def _text(glyphs: list[Glyph]) -> str:
    return re.sub(r"[ \t\xa0]+", " ", "".join(char for char, _ in glyphs)).strip(" ").rstrip("　")


def _cells(glyphs: list[Glyph], em: float) -> list[str]:
    """The line cut at wide gaps; letters spread out one by one (氏　　名) stay one word."""
    pieces: list[list[Glyph]] = [[]]
    right = None
    for char, box in glyphs:
        if not char.isspace():
            if right is not None and box.x0 - right > _WIDE_GAP * em:
                pieces.append([])
            right = box.x1
        pieces[-1].append((char, box))
    texts = [text for text in map(_text, pieces) if text.strip("　")]
    if len(texts) > 1 and all(len(text) == 1 for text in texts):
        return [_text(glyphs)]
    return [" ".join(texts[:2]), *texts[2:]] if len(texts) > 1 and _NUMBERING.fullmatch(texts[0]) else texts


def _continues_row(previous: Line, line: Line) -> bool:
    """On the same baseline, further right."""
    overlap = min(previous.box.y1, line.box.y1) - max(previous.box.y0, line.box.y0)
    height = min(previous.box.y1 - previous.box.y0, line.box.y1 - line.box.y0)
    return (
        not (previous.is_vertical or line.is_vertical)
        and overlap > 0.6 * height
        and line.box.x0 > previous.box.x1 - 0.2 * line.em
    )


def _joined_row(left: Line, right: Line) -> Line:
    gap = right.box.x0 - left.box.x1
    is_cell = gap > _WIDE_GAP * max(left.em, right.em)
    between = JOIN if is_cell else " " if gap > 0.2 * right.em else ""
    box = left.box.around(right.box)
    return Line(
        left.text + between + right.text, box, max(left.em, right.em), False, left.is_row or right.is_row or is_cell
    )


def paragraphs(lines: list[Line]) -> list[Paragraph]:
    """Group lines that follow one another as a paragraph; rows of a table stand alone."""
    right_edge = max((line.box.x1 for line in lines), default=0.0)
    bottom_edge = max((line.box.y1 for line in lines), default=0.0)
    found: list[Paragraph] = []
    for previous, line in pairwise([None, *lines]):
        assert line is not None
        edge = bottom_edge if line.is_vertical else right_edge
        if previous is None or _begins_paragraph(previous, line, edge):
            found.append(Paragraph())
        found[-1].lines.append(line)
    return found


def _begins_paragraph(previous: Line, line: Line, edge: float) -> bool:
    if previous.is_row or line.is_row or previous.is_vertical != line.is_vertical:
        return True
    if not 0.8 < line.em / previous.em < 1.25 or _ITEM_START.match(line.text):
        return True
    before, after = _along(previous), _along(line)
    if _LABEL.match(previous.text) and _LABEL.match(line.text):
        return True
    if not _is_next_line(previous, line) or after[0] > before[1] or before[0] > after[1]:
        return True
    if before[1] + _first_word(line.text) * line.em < after[1]:  # it would have fitted on the line above
        return True
    ended = previous.text.endswith(_SENTENCE_END)
    return ended and (before[1] < edge - 1.5 * line.em or after[0] > before[0] + 0.7 * line.em)


def _first_word(text: str) -> float:
    """About how much room, in em, the first word of a line takes with the space before it."""
    if is_wide(text[0]):
        return 1.3
    word = re.match("[^\\s\u2e80-\uffef]+", text)
    return 0.55 * len(word[0] if word else text) + 0.8


def _along(line: Line) -> tuple[float, float]:
    """Where the line starts and ends in the direction of its writing."""
    return (line.box.y0, line.box.y1) if line.is_vertical else (line.box.x0, line.box.x1)


def _is_next_line(previous: Line, line: Line) -> bool:
    step = previous.box.x0 - line.box.x0 if line.is_vertical else line.box.y0 - previous.box.y0
    return 0.3 * line.em < step < _FURTHEST_PITCH * max(line.em, previous.em)


def joined_text(paragraph: Paragraph) -> tuple[str, list[tuple[int, int, Box]]]:
    """Give the paragraph's text and (start, end, box) of each line: Japanese without, Latin with a space between."""
    text = ""
    places: list[tuple[int, int, Box]] = []
    for line in paragraph.lines:
        if text and text[-1] in _SOFT_HYPHENS:
            text = text[:-1]
        elif text and not is_wide(text[-1]) and not is_wide(line.text[0]):
            text += " "
        start = len(text)
        text += line.text
        places.append((start, len(text), line.box))
    return text.rstrip(_SOFT_HYPHENS), places
