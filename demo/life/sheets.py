"""The part of a manuscript that becomes worksheets."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from demo.papers import Row, Sheet, Value

ADDRESSED = re.compile(r"^(結合|方眼|書式|注|隠列|隠行) (\S+)(?: (.*))?$")


@dataclass
class Draft:
    """A worksheet while its lines are read."""

    name: str
    hidden: bool = False
    rows: list[Row] = field(default_factory=list)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    shapes: list[str] = field(default_factory=list)

    def marked(self, mark: str) -> dict[str, str]:
        return self.marks.get(mark, {})

    def done(self) -> Sheet:
        return Sheet(
            name=self.name,
            rows=self.rows,
            merges=list(self.marked("結合")),
            formats=self.marked("書式"),
            comments=self.marked("注"),
            grid=self.marked("方眼"),
            hidden_columns=list(self.marked("隠列")),
            hidden_rows=[int(row) for row in self.marked("隠行")],
            hidden=self.hidden,
            shapes=self.shapes,
        )


def sheets_of(lines: list[str], row_of: Callable[[str], list[Value]]) -> list[Sheet]:
    """Read `== name` sheets (`== name (非表示)` hidden ones): `|` rows from A1, an empty line an empty row, `結合 A1:C1`, `注 B3 words`,
    `書式 C:C #,##0`, `方眼 A3 words`, `隠列 D`, `隠行 7`, `[枠] words` for a drawn box."""
    found: list[Draft] = []
    for line in lines:
        if line.startswith("== "):
            name = line[3:].strip()
            found.append(Draft(name.removesuffix("(非表示)").strip(), name.endswith("(非表示)")))
            continue
        if not found:
            found.append(Draft("Sheet1"))
        read_line(found[-1], line, row_of)
    return [draft.done() for draft in found]


def read_line(draft: Draft, line: str, row_of: Callable[[str], list[Value]]) -> None:
    """Read one line of a worksheet."""
    if line.startswith("|"):
        draft.rows.append(row_of(line))
    elif line.startswith("[枠]"):
        draft.shapes.append(line[3:].strip())
    elif found := ADDRESSED.match(line):
        mark, address, words = found.groups()
        draft.marks.setdefault(mark, {})[address] = words or ""
    elif line.strip():
        draft.rows.append([line])
    else:
        draft.rows.append([])
