"""Print papers: PDFs with an embedded Japanese font, and scans, which are pictures of such prints."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pypdfium2
from PIL import Image as Picture
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, ListFlowable, ListItem, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Table as Frame

from demo.papers import Block, Bullets, Heading, Image, PageBreak, Para, Pdf, Revised, Scan, Table, TextBox

FONTS = (
    "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf",
    "/usr/share/fonts/truetype/fonts-japanese-gothic.ttf",
    "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
)
RUBY = re.compile(r"\{([^{}|]+)\|[^{}|]+\}")
ALIGN = {"left": 0, "center": TA_CENTER, "right": TA_RIGHT}
GRID = [("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]


@lru_cache
def _font() -> str:
    """Register the first Japanese font of the machine; without one, the reader's own Gothic is named."""
    for path in FONTS:
        if Path(path).exists():
            pdfmetrics.registerFont(TTFont("Mirai", path))
            return "Mirai"
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    return "HeiseiKakuGo-W5"


def _style(size: float = 10.5, align: str = "left", space: float = 5) -> ParagraphStyle:
    return ParagraphStyle(
        f"p{size}{align}",
        fontName=_font(),
        fontSize=size,
        leading=size * 1.6,
        alignment=ALIGN[align],
        wordWrap="CJK",
        spaceAfter=space,
    )


class _Entry(Flowable):  # type: ignore[misc]  # reportlab carries no types
    """A heading's line in the outline."""

    def __init__(self, text: str, level: int) -> None:
        super().__init__()
        self.text, self.level = text, level

    def wrap(self, *_: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.bookmarkPage(self.text)
        self.canv.addOutlineEntry(self.text, self.text, 0)


def _plain(text: str) -> str:
    return escape(RUBY.sub(r"\1", text)).replace("\n", "<br/>")


def _table(block: Table) -> Iterable[Flowable]:
    width = max(len(row) for row in block.rows)
    cells = [
        [
            Paragraph(
                "" if value is None else f"{value:,}" if isinstance(value, int) else _plain(str(value)),
                _style(9, space=0),
            )
            for value in [*row, *[None] * (width - len(row))]
        ]
        for row in block.rows
    ]
    if block.caption:
        yield Paragraph(_plain(block.caption), _style(9))
    yield Frame(cells, colWidths=[(A4[0] - 120) / width] * width, style=GRID)
    yield Spacer(1, 8)


def _flow(block: Block) -> Iterable[Flowable]:
    match block:
        case Heading(text, level):
            yield _Entry(text, level)
            yield Paragraph(_plain(text), _style(16 - level * 1.5))
        case Para():
            note = f"（注：{block.footnote}）" if block.footnote else ""
            yield Paragraph(_plain(block.text + note), _style(align=block.align))
        case Revised():
            yield Paragraph(_plain(block.before + block.inserted + block.after), _style())
        case Bullets(items, numbered):
            kind = "1" if numbered else "bullet"
            entries = [ListItem(Paragraph(_plain(item), _style())) for item in items]
            yield ListFlowable(entries, bulletType=kind, bulletFontName=_font(), start=None if numbered else "・")
        case Table():
            yield from _table(block)
        case TextBox(text):
            yield Frame([[Paragraph(_plain(text), _style())]], colWidths=[A4[0] - 160], style=GRID)
            yield Spacer(1, 8)
        case PageBreak():
            yield NewPage()


def pdf_bytes(body: Pdf) -> bytes:
    """Return the bytes of the PDF, always the same ones for the same body."""
    return _printed(body.blocks, body.title, body.footer)


def _printed(blocks: Sequence[Block], title: str = "", footer: str = "") -> bytes:
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        invariant=1,
        title=title,
        author="みらい区",
        leftMargin=60,
        rightMargin=60,
        topMargin=60,
        bottomMargin=60,
    )

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(_font(), 8)
        canvas.drawCentredString(A4[0] / 2, 30, f"{footer}　- {page.page} -" if footer else f"- {page.page} -")

    document.build([flow for block in blocks for flow in _flow(block)], onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _pictures(blocks: Sequence[Block], worn: bool) -> list[Picture.Image]:
    document = pypdfium2.PdfDocument(_printed(blocks))
    pages = [document[index].render(scale=150 / 72).to_pil().convert("L") for index in range(len(document))]
    document.close()
    if worn:
        pages = [
            page.rotate(0.6, resample=Picture.Resampling.BILINEAR, fillcolor=244).point(lambda v: min(244, v + 18))
            for page in pages
        ]
    return pages


def image_bytes(body: Image, name: str) -> bytes:
    """Return the first page of the print as a picture, PNG or JPEG by the name."""
    out = io.BytesIO()
    kind = "PNG" if name.lower().endswith(".png") else "JPEG"
    _pictures(body.blocks, body.worn)[0].save(out, kind, dpi=(150, 150))
    return out.getvalue()


def scan_bytes(body: Scan) -> bytes:
    """Return a PDF that holds only pictures of its pages, as from the copying machine."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    for page in _pictures(body.blocks, body.worn):
        jpeg = io.BytesIO()
        page.save(jpeg, "JPEG", quality=60)
        canvas.drawImage(ImageReader(io.BytesIO(jpeg.getvalue())), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
