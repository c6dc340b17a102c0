"""A posted page in the form in which an office sends papers: A4, Mincho, date and section at the right, title in the
middle, headings numbered 1, (1), ア as public documents are (公用文作成の考え方, 2022)."""

from __future__ import annotations

import io
import re
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt
from docx.text.paragraph import Paragraph
from markdown_it.token import Token

from hiroba.archive.models import Record
from hiroba.archive.originals import path_of
from hiroba.archive.queries import records_visible_to
from hiroba.extract.office import SECONDS, converted
from hiroba.extract.passages import Trouble
from hiroba.extract.sandbox import Sandbox
from hiroba.features.writing.blocks import split_blocks, without_title
from hiroba.features.writing.queries import page_text
from hiroba.foundation.people.models import Person
from hiroba.foundation.people.queries import get_tree
from hiroba.foundation.refusal import Refusal
from hiroba.foundation.web.dates import era_in_words
from hiroba.foundation.web.marked_text import TASK, TooDeepError, own_address, parse_marked, plain_of

FONT = "ＭＳ 明朝"
SIZE, TITLE_SIZE = Pt(10.5), Pt(14)
MARGIN = Mm(25)
INDENT = Mm(7)
MOST_PICTURES = 50
_at_a_time = threading.BoundedSemaphore(1)  # LibreOffice takes a core and some hundred megabytes
_KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_PICTURE = re.compile(r"/records/(\d{1,18})/(?:pages/(\d{1,6})\.webp)?(?:\?.*)?$")


@dataclass
class _Paper:
    """A Word document as it grows: who it is for, and the number that each level of headings has reached."""

    person: Person
    word: WordDocument
    numbers: list[int] = field(default_factory=lambda: [0, 0, 0, 0, 0])
    pictures: int = 0


def as_word(person: Person, page: Record) -> bytes:
    """Give a posted page as a Word file (.docx), with the pictures the person may see."""
    word = Document()
    _set_up(word)
    paper = _Paper(person, word)
    _head(paper, page)
    for block in split_blocks(without_title(page_text(page))):
        _add_block(paper, block)
    word.core_properties.title, word.core_properties.author = page.title[:250], page.author[:250]
    made = io.BytesIO()
    word.save(made)
    return made.getvalue()


def as_pdf(person: Person, page: Record) -> bytes:
    """Give a posted page as a PDF, made of its Word form by LibreOffice in walls. WRITE-07 where there is none."""
    word = as_word(person, page)
    if not _at_a_time.acquire(timeout=SECONDS):
        raise Refusal("WRITE-07")
    try:
        return _converted(word)
    finally:
        _at_a_time.release()


def _converted(word: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="hiroba-page-") as folder:
        source = Path(folder, "page.docx")
        source.write_bytes(word)
        with converted(source, "docx", to="pdf") as made:
            if isinstance(made, Trouble):
                raise Refusal("WRITE-07")
            return made.read_bytes()


def _set_up(word: WordDocument) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3", "Heading 4"):
        style = word.styles[name]
        style.font.name, style.font.size = FONT, SIZE
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
        if name.startswith("Heading"):
            style.font.bold, style.font.color.rgb = True, None


def _head(paper: _Paper, page: Record) -> None:
    unit = get_tree().full_name(page.unit.code) if page.unit else ""
    for text in (era_in_words(page.dated_at), f"{unit} {page.author}".strip()):
        paper.word.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    title = paper.word.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(page.title)
    run.bold, run.font.size = True, TITLE_SIZE
    paper.word.add_paragraph()


def _add_block(paper: _Paper, block: str) -> None:
    try:
        tokens = parse_marked(block)
    except TooDeepError:
        paper.word.add_paragraph(block)
        return
    if tokens and tokens[0].type == "table_open":  # a block is one table
        _add_table(paper, tokens)
        return
    _add_paragraphs(paper, tokens)


def _add_paragraphs(paper: _Paper, tokens: list[Token]) -> None:
    depth, is_quote, sign = 0, False, ""
    for place, token in enumerate(tokens):
        if token.type == "list_item_open":
            sign = f"{token.info}.　" if token.info else "・"
        elif token.tag in ("ul", "ol"):
            depth += token.nesting
        elif token.tag == "blockquote":
            is_quote = token.nesting == 1
        elif token.type == "inline":
            _add_inline(paper, token, tokens[place - 1], depth + is_quote, sign)
            sign = ""
        elif token.type == "fence":
            paper.word.add_paragraph(token.content.rstrip("\n"))


def _add_inline(paper: _Paper, inline: Token, opening: Token, depth: int, sign: str) -> None:
    """Add a heading with its number, or a paragraph with the sign of its list: signs are text, as in papers that are
    typed, for Word's own numbers would go on from one list to the next."""
    if opening.type == "heading_open":
        level = max(int(opening.tag[1]) - 1, 1)
        paragraph = paper.word.add_paragraph(f"{_number(paper, level)}　", style=f"Heading {min(level, 4)}")
    else:
        paragraph = paper.word.add_paragraph(_ticked(inline, sign))
    if depth:
        paragraph.paragraph_format.left_indent = INDENT * depth
        paragraph.paragraph_format.space_after = Pt(0)
    if sign:
        paragraph.paragraph_format.first_line_indent = -INDENT
    _write(paper, paragraph, inline)


def _ticked(inline: Token, sign: str) -> str:
    """Give the sign of a list's item: a box where the item is a task, whose typed sign goes."""
    first = (inline.children or [Token("text", "", 0)])[0]
    found = TASK.match(first.content) if sign and first.type == "text" else None
    if found is None:
        return sign
    first.content = first.content[found.end() :]
    return "☑　" if found[1] in "xX" else "☐　"


def _number(paper: _Paper, level: int) -> str:
    """Count a heading: 1, then (1), then ア, then (ア)."""
    level = min(level, 4)
    paper.numbers[level] += 1
    paper.numbers[level + 1 :] = [0] * (len(paper.numbers) - level - 1)
    count = paper.numbers[level]
    kana = _KANA[(count - 1) % len(_KANA)]
    return {1: str(count), 2: f"({count})", 3: kana, 4: f"({kana})"}[level]


def _write(paper: _Paper, paragraph: Paragraph, inline: Token) -> None:
    """Write the runs of a paragraph: strong, emphasis, struck out, line breaks, pictures; a link shows its address."""
    looks: dict[str, int] = {"strong": 0, "em": 0, "s": 0}
    links: list[str] = []
    for child in inline.children or []:
        name = child.type.rpartition("_")[0]
        if name in looks:
            looks[name] += child.nesting
        elif child.type in ("softbreak", "hardbreak"):
            paragraph.add_run().add_break()
        elif child.type == "image":
            _add_picture(paper, paragraph, child)
        elif child.type == "link_open":
            links.append(str(child.attrGet("href")))
        elif child.type == "link_close":
            paragraph.add_run(_beside(links.pop(), paragraph.text))
        elif child.content:
            run = paragraph.add_run(child.content)
            run.bold, run.italic = looks["strong"] > 0 or None, looks["em"] > 0 or None
            run.font.strike = looks["s"] > 0 or None


def _beside(address: str, text: str) -> str:
    return "" if text.endswith(address) else f"({address})"


def _add_picture(paper: _Paper, paragraph: Paragraph, image: Token) -> None:
    """Put a picture of our own where it stands, as a confined reader drew it; only its name where that is not to be."""
    found = _PICTURE.match(own_address(str(image.attrGet("src"))))
    content = b""
    if found and paper.pictures < MOST_PICTURES:
        paper.pictures += 1
        content = _drawn(paper.person, int(found[1]), int(found[2] or 1))
    if not content:
        paragraph.add_run(_("(画像: %(name)s)") % {"name": plain_of(image)})
        return
    section = paper.word.sections[0]
    room = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    shape = paragraph.add_run().add_picture(io.BytesIO(content))
    if shape.width > room:
        shape.height, shape.width = Emu(int(shape.height * room / shape.width)), Emu(room)


def _drawn(person: Person, record_id: int, page: int) -> bytes:
    """Give a page of a record as JPEG, drawn confined; nothing where the person may not see it."""
    record = records_visible_to(person).filter(pk=record_id).first()
    if record is None or record.current is None or record.current.original is None:
        return b""
    with Sandbox(readers=1) as sandbox:
        drawn = sandbox.draw(path_of(record.current.sha256), page, 0)
    content = drawn.attachments[0].content if drawn.attachments else b""
    return content if content.startswith(b"\xff\xd8") else b""


def _add_table(paper: _Paper, tokens: list[Token]) -> None:
    rows: list[list[tuple[Token, bool]]] = []
    for place, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append((token, "right" in str(tokens[place - 1].attrGet("style"))))
    table = paper.word.add_table(len(rows), max(map(len, rows)), style="Table Grid")
    for number, row in enumerate(rows):
        for cell, (inline, is_right) in zip(table.rows[number].cells, row, strict=False):
            _fill(paper, cell.paragraphs[0], inline, is_head=number == 0, is_right=is_right)
    paper.word.add_paragraph()


def _fill(paper: _Paper, paragraph: Paragraph, inline: Token, *, is_head: bool, is_right: bool) -> None:
    _write(paper, paragraph, inline)
    if is_right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for run in paragraph.runs if is_head else ():
        run.bold = True
