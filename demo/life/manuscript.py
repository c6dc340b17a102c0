"""Prose becomes papers: the plain manuscripts in demo/texts/ are read into the values of `demo.papers`.

A manuscript holds many papers. Each begins with a line
`@ 前6/12 14:30 | 0402 | sato | フォルダ/名前.docx | everyone | cp932` (day in last 前 or this 今 fiscal year, unit, who, path, and,
where they differ from the usual, audience and encoding). What follows is the paper, in the marks of the file it will be:
`#` headings, `-` items, `1)` numbered items, `|` rows, `[枠]` a box, `[注]` a footnote, `>>` a remark or a speaker's note, `==` a
sheet or a slide, `+` an attachment. `{今6/12}` and its kin are dates told from today. A paper whose day has not come is not written yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath

from demo.calendar import Calendar, at, business_day, era, era_weekday, fiscal_name, month_day, short_era
from demo.life.sheets import sheets_of
from demo.life.slides import slides_of
from demo.papers import (
    Attachment,
    Block,
    Body,
    Bullets,
    Csv,
    Docx,
    Heading,
    Html,
    Image,
    Mail,
    PageBreak,
    Paper,
    Para,
    Pdf,
    Pptx,
    Remark,
    Revised,
    Scan,
    Table,
    Text,
    TextBox,
    Value,
    Xlsx,
)
from demo.people import folder

TEXTS = Path(__file__).parents[1] / "texts"
YEARS = {"前々": -2, "前": -1, "今": 0, "来": 1}
DAY = re.compile(r"(前々|前|今|来)(\d{1,2})/(\d{1,2})")
TOLD = re.compile(r"\{([RWS]?)(前々|前|今|来)(年度|FY|期|(\d{1,2})/(\d{1,2}))\}")
IN_FOLDER = re.compile(r"\d{4,6} ")  # a path that already begins with a section's folder
REVISED = re.compile(r"^\[改\](.*?)~~(.*?)~~\+\+(.*?)\+\+(.*)$")


@dataclass(frozen=True)
class Draft:
    """One paper of a manuscript before its body is read."""

    day: date
    clock: tuple[int, int]
    unit: str
    by: str
    path: str
    audience: str
    encoding: str
    lines: tuple[str, ...]


def told_from(today: date, text: str) -> str:
    """Write the dates a manuscript leaves open: {今6/12} as an era date, {W…} with weekday, {S…} without year, {R…} as R8.6.12, {今FY} as 2026, {今期} as 8."""
    calendar = Calendar(today)

    def tell(found: re.Match[str]) -> str:
        style, year, what, month, day = found.groups()
        offset = YEARS[year]
        if month is None:
            return {
                "年度": fiscal_name(calendar.fy(offset)),
                "FY": str(calendar.fy(offset)),
                "期": str(calendar.fy(offset) - 2018),
            }[what]
        written: Callable[[date], str] = {"R": short_era, "W": era_weekday, "S": month_day, "": era}[style]
        return written(calendar.on(int(month), int(day), offset))

    return TOLD.sub(tell, text)


def day_told(today: date, mark: str) -> date:
    """Return the day of a mark like 前6/12, told from today."""
    found = DAY.match(mark)
    if found is None:
        raise ValueError(f"not a day of a manuscript: {mark}")
    year, month, day = found.groups()
    return Calendar(today).on(int(month), int(day), YEARS[year])


def drafts(today: date, name: str) -> Iterator[Draft]:
    """Yield the papers of the manuscript `name` (a file of demo/texts/) in order, those of days to come included."""
    source = (TEXTS / name).read_text(encoding="utf-8")
    for part in re.split(r"^@ ", source, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        fields = [*(cell.strip() for cell in told_from(today, head).split("|")), "", ""]
        mark, _, clock = fields[0].partition(" ")
        hour, _, minute = (clock or "10:00").partition(":")
        yield Draft(
            day=business_day(day_told(today, mark)),
            clock=(int(hour), int(minute)),
            unit=fields[1],
            by=fields[2],
            path=fields[3] if IN_FOLDER.match(fields[3]) else f"{folder(fields[1])}/{fields[3]}",
            audience=fields[4] or "section",
            encoding=fields[5],
            lines=tuple(told_from(today, body).rstrip().split("\n")),
        )


def papers_of(today: date, name: str) -> Iterator[Paper]:
    """Yield the papers of a manuscript as far as their days have come."""
    for draft in drafts(today, name):
        if draft.day <= today:
            body = body_of(draft.path, list(draft.lines), draft.encoding)
            body = replace(body, sender=draft.by) if isinstance(body, Mail) else body
            moment = at(draft.day, *draft.clock)
            yield Paper(draft.path, draft.unit, draft.by, moment, body, draft.audience)


def body_of(path: str, lines: list[str], encoding: str = "") -> Body:
    """Read the lines as the kind of file that the path's ending names."""
    ending = PurePosixPath(path).suffix.lstrip(".")
    if ending == "txt":
        return Text("\n".join(lines) + "\n", encoding or "utf-8")
    if ending == "csv":
        return Csv([row_of(line) for line in lines if line.startswith("|")], encoding or "cp932")
    if ending == "pdf" and encoding == "scan":
        return Scan(blocks_of(lines))
    return READERS[ending](lines)


def row_of(line: str) -> list[Value]:
    """Split a `| a | b |` line into cells; whole numbers and decimals become numbers."""
    return [value_of(cell.strip()) for cell in line.strip().strip("|").split("|")]


def value_of(cell: str) -> Value:
    """Read one cell; figures with a leading zero are codes and stay text."""
    if re.fullmatch(r"-?(0|[1-9]\d*)", cell):
        return int(cell)
    if re.fullmatch(r"-?\d+\.\d+", cell):
        return float(cell)
    return cell or None


def blocks_of(lines: list[str]) -> list[Block]:
    """Read the marks of a written paper into blocks; remarks and footnotes join the paragraph before them."""
    found: list[Block] = []
    table: list[list[Value]] = []
    items: list[str] = []
    for line in [*lines, ""]:
        if table and not line.startswith("|"):
            found.append(Table(table))
            table = []
        if items and not re.match(r"- |\d+\) ", line):
            found.append(Bullets([text for _, text in map(split_item, items)], items[0][0] != "-"))
            items = []
        if line.startswith("|"):
            table.append(row_of(line))
        elif re.match(r"- |\d+\) ", line):
            items.append(line)
        elif line.strip():
            add_block(found, line)
    return found


def split_item(line: str) -> tuple[str, str]:
    """Part the mark of a list item from its words."""
    mark, _, words = line.partition(" ")
    return mark, words


def add_block(found: list[Block], line: str) -> None:
    """Read one line that is neither a row nor an item and append it, or join it to the paragraph it speaks of."""
    mark, _, words = line.partition(" ")
    if mark in {"#", "##", "###"}:
        found.append(Heading(words, len(mark)))
    elif line == "---":
        found.append(PageBreak())
    elif line.startswith("[枠]"):
        found.append(TextBox(line[3:].strip()))
    elif revised := REVISED.match(line):
        before, deleted, inserted, after = (part.strip() for part in revised.groups())
        found.append(Revised(before, deleted, inserted, after, "sato", at(date(2020, 1, 1))))
    elif mark in {">>", "[注]"}:
        join_paragraph(found, mark, words)
    else:
        aligned = {"[右]": "right", "[中]": "center"}.get(line[:3], "left")
        found.append(Para(line if aligned == "left" else line[3:].strip(), aligned))


def join_paragraph(found: list[Block], mark: str, words: str) -> None:
    """Give the last paragraph its footnote or the remark `login: words`."""
    for index in range(len(found) - 1, -1, -1):
        last = found[index]
        if isinstance(last, Para):
            by, _, said = words.partition(": ")
            found[index] = replace(last, footnote=words) if mark == "[注]" else replace(last, remark=Remark(by, said))
            return
    found.append(Para("以上", "right"))
    join_paragraph(found, mark, words)


def title_of(lines: list[str]) -> tuple[str, list[str]]:
    """Part the `= title` in front from the rest."""
    return (lines[0][2:], lines[1:]) if lines and lines[0].startswith("= ") else ("", lines)


def entitled(title: str, blocks: list[Block]) -> list[Block]:
    """Print the title above the paper, where readers look for it, unless its first heading says the same."""
    if not title or (blocks and isinstance(blocks[0], Heading) and blocks[0].text == title):
        return blocks
    return [Para(title, "center", bold=True), *blocks]


def docx_of(lines: list[str]) -> Docx:
    """Read a Word file; `頭: ` and `足: ` are its header and footer."""
    title, rest = title_of(lines)
    marked = {line[:2]: line[2:].strip() for line in rest if line.startswith(("頭:", "足:"))}
    text = [line for line in rest if not line.startswith(("頭:", "足:"))]
    return Docx(entitled(title, blocks_of(text)), title, marked.get("頭:", ""), marked.get("足:", ""))


def pdf_of(lines: list[str]) -> Pdf:
    """Read a printed paper."""
    title, rest = title_of(lines)
    return Pdf(entitled(title, blocks_of(rest)), title)


def html_of(lines: list[str]) -> Html:
    """Read a page of the old intranet."""
    title, rest = title_of(lines)
    parts: list[str] = [f"<h1>{title}</h1>"] if title else []
    for block in blocks_of(rest):
        parts.append(html_block(block))
    return Html("\n".join(parts), title)


def html_block(block: Block) -> str:
    """Write one block as plain HTML of the kind offices made by hand."""
    if isinstance(block, Heading):
        return f"<h{block.level + 1}>{block.text}</h{block.level + 1}>"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{item}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Table):
        rows = ("".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) for row in block.rows)
        return '<table border="1">' + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
    return f"<p>{getattr(block, 'text', '')}</p>"


def mail_of(lines: list[str]) -> Mail:
    """Read a mail: `To:`, `Cc:`, `Subject:`, `Key:`, `Re:`, `Enc:`, an empty line, the text, and `+ name` before each attachment."""
    gap = lines.index("")
    head = dict(line.split(": ", 1) for line in lines[:gap])
    text, attachments = parted_attachments(lines[gap + 1 :])
    return Mail(
        sender="",
        to=names_of(head["To"]),
        subject=head["Subject"],
        text=text,
        cc=names_of(head.get("Cc", "")),
        attachments=attachments,
        key=head.get("Key", ""),
        in_reply_to=head.get("Re", ""),
        encoding=head.get("Enc", "utf-8"),
    )


def names_of(field: str) -> list[str]:
    """Split addressees."""
    return [name.strip() for name in field.split(",") if name.strip()]


def parted_attachments(lines: list[str]) -> tuple[str, list[Attachment]]:
    """Part a mail's words from what hangs on it."""
    words: list[str] = []
    hung: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("+ "):
            hung.append((line[2:].strip(), []))
        else:
            (hung[-1][1] if hung else words).append(line)
    return "\n".join(words).strip() + "\n", [Attachment(name, body_of(name, body)) for name, body in hung]


READERS: dict[str, Callable[[list[str]], Body]] = {
    "docx": docx_of,
    "pdf": pdf_of,
    "html": html_of,
    "eml": mail_of,
    "xlsx": lambda lines: Xlsx(sheets_of(lines, row_of)),
    "pptx": lambda lines: Pptx(slides_of(lines, row_of)),
    "png": lambda lines: Image(blocks_of(lines)),
}
