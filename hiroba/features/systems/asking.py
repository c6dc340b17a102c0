"""What the page about columns shows: each column with its proposal, and what the rows would become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from hiroba.connectors.columns import Use
from hiroba.ingest.tables.models import Table
from hiroba.ingest.tables.queries import AskedColumn, Preview, as_uses, asked_columns, lost_columns, previews

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

USE_WORDS: dict[Use, StrPromise] = {
    "key": _("番号(行を見分ける鍵)"),
    "title": _("題名"),
    "date": _("日付"),
    "person": _("人"),
    "unit": _("部署"),
    "text": _("本文"),
    "file": _("添付ファイルの場所"),
    "field": _("そのほかの項目"),
    "leave_out": _("取り込まない"),
}
SHAPE_WORDS = (
    ("cases", _("1行が1件(決裁、掲示板、メール、予定など)。1件ずつの資料になります。")),
    ("rows", _("台帳や一覧の1行。200行ずつの表になり、行ごとに引用できます。")),
)


@dataclass(frozen=True)
class Choice:
    """A column with the use that is chosen now."""

    column: AskedColumn
    use: str


@dataclass(frozen=True)
class Asked:
    """The whole question. `header_sent` is what the person saw when they answered."""

    table: Table
    choices: list[Choice]
    shape: str
    header_sent: list[str]
    lost: list[str]
    rows: list[Preview]

    @property
    def uses(self) -> list[str]:
        """What is chosen, in the order of the columns."""
        return [choice.use for choice in self.choices]

    @property
    def use_words(self) -> list[tuple[str, StrPromise]]:
        """The uses to choose from."""
        return list(USE_WORDS.items())

    @property
    def shape_words(self) -> tuple[tuple[str, StrPromise], ...]:
        """The shapes to choose from."""
        return SHAPE_WORDS

    @property
    def has_key(self) -> bool:
        """Tell whether a column says which row is which."""
        return "key" in self.uses


def ask(table: Table, sent: Mapping[str, str]) -> Asked:
    """Put the question with what was sent so far: `use-0`, `shape`; `column-0` is the name that was seen."""
    columns = asked_columns(table)
    uses = as_uses([sent.get(f"use-{each.number}", each.use) for each in columns])
    choices = [Choice(column, use) for column, use in zip(columns, uses, strict=True)]
    shape = sent.get("shape", "")
    shape = shape if shape in ("cases", "rows") and not table.header else table.found_shape
    seen = [sent.get(f"column-{each.number}", "") for each in columns]
    return Asked(table, choices, shape, seen, lost_columns(table), previews(table, uses, shape))
