"""What a paper of みらい区 is before it becomes a real file: who brought it in, when, for whom, and its content as plain values.

Stories only build these values; `demo.write` is the one place that knows file formats.
Wherever a person is named by login (`by`, `Mail.sender`, `Remark.by`), a full "氏名 <address>" is accepted as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

Value = str | int | float | date | datetime | None
Row = Sequence[Value]


# --- blocks of Word files and PDFs -------------------------------------------------------------


@dataclass(frozen=True)
class Remark:
    """A reviewer's comment in the margin."""

    by: str
    text: str


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True)
class Para:
    """A paragraph; `{漢字|かんじ}` in Word becomes ruby; a PDF prints the base only."""

    text: str
    align: str = "left"  # left | center | right
    bold: bool = False
    footnote: str = ""
    remark: Remark | None = None


@dataclass(frozen=True)
class Revised:
    """A paragraph with a tracked change: `before` ~~deleted~~ inserted `after`."""

    before: str
    deleted: str
    inserted: str
    after: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Bullets:
    items: Sequence[str]
    numbered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells, the first one being the header; `merges` are ((row, column), (row, column)) from 0, Word only."""

    rows: Sequence[Row]
    merges: Sequence[tuple[tuple[int, int], tuple[int, int]]] = ()
    caption: str = ""


@dataclass(frozen=True)
class TextBox:
    """A floating box beside the text, as offices use it for the sentence that matters."""

    text: str


@dataclass(frozen=True)
class PageBreak:
    pass


Block = Heading | Para | Revised | Bullets | Table | TextBox | PageBreak


# --- bodies ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Docx:
    blocks: Sequence[Block]
    title: str = ""
    header: str = ""
    footer: str = ""


@dataclass(frozen=True)
class Pdf:
    """A printed paper; headings become the outline. TextBox is printed framed, Revised as its final text."""

    blocks: Sequence[Block]
    title: str = ""
    footer: str = ""


@dataclass(frozen=True)
class Sheet:
    """One worksheet: `rows` laid from `start`, then `cells` by address over them.

    `formats`: address, range ("C2:C40") or whole column ("C:C") → number format; "era" means a date shown as 令和8年11月23日.
    `grid`: address → text spread one character a cell to the right. `shapes`: texts of drawn boxes over the cells.
    """

    name: str
    rows: Sequence[Row] = ()
    start: str = "A1"
    cells: Mapping[str, Value] = field(default_factory=dict)
    merges: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    grid: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, float] = field(default_factory=dict)
    hidden_columns: Sequence[str] = ()
    hidden_rows: Sequence[int] = ()
    hidden: bool = False
    shapes: Sequence[str] = ()


@dataclass(frozen=True)
class Xlsx:
    sheets: Sequence[Sheet]
    title: str = ""


@dataclass(frozen=True)
class Chart:
    """`kind`: column | line | pie; `series`: name → one number per category."""

    kind: str
    categories: Sequence[str]
    series: Mapping[str, Sequence[float]]
    title: str = ""


@dataclass(frozen=True)
class Slide:
    title: str
    bullets: Sequence[str] = ()
    table: Sequence[Row] = ()
    chart: Chart | None = None
    grouped: Sequence[str] = ()  # texts of boxes grouped into one shape (flow charts)
    boxes: Sequence[str] = ()  # free text boxes
    notes: str = ""


@dataclass(frozen=True)
class Pptx:
    slides: Sequence[Slide]
    title: str = ""


@dataclass(frozen=True)
class Text:
    text: str
    encoding: str = "utf-8"  # utf-8 | utf-8-sig | cp932 | euc_jp | iso2022_jp | utf-16


@dataclass(frozen=True)
class Csv:
    rows: Sequence[Row]
    encoding: str = "cp932"
    delimiter: str = ","


@dataclass(frozen=True)
class Html:
    """The inside of <body>; `title` goes into the head."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class Image:
    """A scan: the PDF-like blocks drawn as a picture (.png or .jpg by the path), a little skewed and grey when `worn`."""

    blocks: Sequence[Block]
    worn: bool = True


@dataclass(frozen=True)
class Scan:
    """A PDF that holds only such pictures: no text inside, as from the copying machine."""

    blocks: Sequence[Block]
    worn: bool = True


@dataclass(frozen=True)
class Attachment:
    name: str
    body: Body


@dataclass(frozen=True)
class Mail:
    """An e-mail; `to` and `cc` are logins or addresses. Message ids are made from `key`; a reply names the other's `key`."""

    sender: str
    to: Sequence[str]
    subject: str
    text: str
    cc: Sequence[str] = ()
    attachments: Sequence[Attachment] = ()
    key: str = ""
    in_reply_to: str = ""
    encoding: str = "utf-8"  # or iso-2022-jp, as the old mail system sent


Body = Docx | Xlsx | Pptx | Pdf | Mail | Text | Csv | Html | Image | Scan


@dataclass(frozen=True)
class Paper:
    """One file of the office: `path` begins with the section's folder, `at` (JST) is its modification time and, of a mail, its date."""

    path: str
    unit: str
    by: str
    at: datetime
    body: Body
    audience: str = "section"  # section | everyone | unit:CODE | team:NAME
